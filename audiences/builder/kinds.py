"""Finds kinds of rows: by name, by the leaf they tell, by where they may stand."""

from collections.abc import Mapping
from typing import Any, Final

from audiences.builder.kind import Kind, Slot
from audiences.builder.leaves import LEAVES
from audiences.conditions import Place

__all__ = ["KINDS", "Kind", "Slot", "kind_of", "offered"]

KINDS: Final[dict[str, Kind]] = {kind.name: kind for kind in LEAVES}


def kind_of(leaf: Mapping[str, Any]) -> Kind | None:
    """Return the kind of a leaf that stands among conditions."""
    return next((kind for kind in KINDS.values() if not kind.inner and any(key in leaf for key in kind.begins)), None)


def offered(place: Place) -> list[Kind]:
    """Return the kinds that can be added where a condition stands, the common ones first."""
    return [kind for kind in KINDS.values() if place in kind.places and not kind.inner]
