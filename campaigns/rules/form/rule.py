"""A whole rule: its parts read together, and its one canonical form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from audiences.conditions import All, Condition, Not
from campaigns.rules.form import actions, body, controls
from campaigns.rules.form.actions import Action, StartFlow
from campaigns.rules.form.controls import Controls
from campaigns.rules.form.reader import Reader, pointer
from config.kit.errors import InputRefused, Problem

KEYS: Final = (*body.KEYS, *actions.KEYS, *controls.KEYS)
AGGREGATE: Final = ("group_by", "where", "over", "measure")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleForm:
    """A rule as it was read. `definition` is its one canonical form: what a version stores and what is hashed."""

    key: str
    name: str
    on: tuple[str, ...]
    condition: Condition | None
    unless: Condition | None
    actions: tuple[Action, ...]
    controls: Controls
    definition: Mapping[str, Any]

    @property
    def flows(self) -> tuple[str, ...]:
        """The flows that it starts."""
        return tuple(action.flow for action in self.actions if isinstance(action, StartFlow))


def parse_rule(raw: Any) -> RuleForm:
    """Read a definition; raises `InputRefused` with every problem that it has."""
    if not isinstance(raw, Mapping):
        raise InputRefused([Problem(path="", message="a rule is a JSON object", hint='{"key": …, "on": […], …}')])
    reader = Reader(raw)
    _known_keys(reader)
    read, then, steered = body.read(reader), actions.read(reader), controls.read(reader)
    if reader.problems:
        raise InputRefused(reader.problems)
    return RuleForm(
        key=read.key,
        name=read.name,
        on=read.on,
        condition=read.condition,
        unless=read.unless,
        actions=then,
        controls=steered,
        definition={**read.as_json(), "then": actions.as_json(then), **steered.as_json()},
    )


def _known_keys(reader: Reader) -> None:
    for key in reader.raw:
        if key in AGGREGATE:
            reader.problem(f"/{key}", "rules over a stream of events cannot be defined yet", "judge single events")
        elif key not in KEYS:
            reader.problem(f"/{pointer(key)}", "a rule has no such key", "known are " + ", ".join(KEYS))


def whole_condition(form: RuleForm) -> Condition:
    """Return what must hold for the rule to fire: `if`, and not `unless`."""
    parts = [] if form.condition is None else [form.condition]
    parts += [] if form.unless is None else [Not(child=form.unless)]
    return parts[0] if len(parts) == 1 else All(children=tuple(parts))
