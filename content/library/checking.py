"""Checks of a whole template: each variant by itself, and the channels' variants against each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from config.kit.errors import InputRefused, Problem
from content.library.templates import fit_to_publish
from content.library.variants import Place, place_of, variants_of
from content.rendering.checks import Finding, findings, not_adapted


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Two variants on different channels that say nearly the same; `difference` is between 0 and 1."""

    one: Place
    other: Place
    difference: float

    @property
    def percent(self) -> int:
        return round(self.difference * 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that the checks say. `problems` is why it could not be published."""

    problems: Sequence[Problem] = ()
    findings: Mapping[Place, Sequence[Finding]]
    alike: Sequence[Alike]


def look_over(definition: Mapping[str, Any]) -> Report:
    """Look over a definition whose form is in order."""
    try:
        programs = fit_to_publish(definition)
    except InputRefused as refusal:
        return Report(problems=refusal.problems, findings={}, alike=alike(definition))
    purpose = definition.get("purpose", "marketing")
    found = {
        place_of(variant): findings(variant, programs[place_of(variant)], purpose=purpose)
        for variant in variants_of(definition)
    }
    return Report(findings=found, alike=alike(definition))


def alike(definition: Mapping[str, Any]) -> list[Alike]:
    """Return the pairs of variants that are not adapted to their channels."""
    pairs = not_adapted(list(variants_of(definition)))
    return [Alike(one=place_of(one), other=place_of(other), difference=by) for one, other, by in pairs]
