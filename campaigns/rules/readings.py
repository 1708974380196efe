"""How each leaf is read: as a cut of a scale where its answer follows from a stretch of values, else as a whole."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from audiences.conditions import Comparison, Condition, Did, Facts, Trait
from audiences.conditions.instants import instant
from audiences.conditions.values import EXACT, lookup, nfc, number
from campaigns.rules.scales import Cut, Source


@dataclass(frozen=True, slots=True)
class Reading:
    """A leaf that reads the scale `key` through `source`, and what it asks of it."""

    key: str
    source: Source
    cut: Cut


def reading(leaf: Condition, *, positive: bool) -> Reading | None:
    """Return how `leaf` reads a scale, or None where only its own predicate knows the answer."""
    if isinstance(leaf, Did):
        return _count(leaf, positive)
    if not isinstance(leaf, Comparison) or leaf.op not in _CUTS:
        return None
    constants = leaf.limit if isinstance(leaf.limit, tuple) else (leaf.limit,)
    kind = _kind(leaf.op, constants)
    if kind is None:
        return None
    op, opposite = _CUTS[leaf.op]
    key = f"{leaf.what} {kind} {leaf.name}"
    return Reading(key, _SOURCES[kind](_values(leaf)), Cut(op, constants, unless=opposite is positive))


def _count(leaf: Did, positive: bool) -> Reading:
    counted = {part: value for part, value in leaf.as_json().items() if part != "times"}
    cut = Cut(_TIMES[leaf.times], (leaf.n,), unless=not positive)
    return Reading(f"{COUNTED} {json.dumps(counted, sort_keys=True)}", leaf.count, cut)


def _kind(op: str, constants: tuple[Any, ...]) -> str | None:
    """Return as what the values are read; None if the constants are of several kinds."""
    if op in _OF_TIME:
        return _OF_TIME[op]
    kinds = {bool: "truth", str: "text", int: "number", float: "number"}
    found = {kinds.get(type(constant)) for constant in constants}
    return found.pop() if len(found) == 1 else None


def _values(leaf: Comparison) -> Source:
    """Return the reader of the stored value, missing ones as None; these run for every event, hence few calls."""
    name, find = leaf.name, lookup(leaf.name)
    if isinstance(leaf, Trait):
        return (lambda facts: facts.traits.get(name)) if "." not in name else lambda facts: find(facts.traits)
    if "." in name:
        return lambda facts: find(facts.event.properties) if facts.event is not None else None
    return lambda facts: facts.event.properties.get(name) if facts.event is not None else None


def _text(find: Source) -> Source:
    def read(facts: Facts) -> str | None:
        value = find(facts)
        if type(value) is not str or not value:  # an empty text counts as missing
            return None
        return value if value.isascii() else nfc(value)

    return read


def _number(find: Source) -> Source:
    def read(facts: Facts) -> int | float | None:
        value = find(facts)
        kind = type(value)
        if kind is int or (kind is float and -EXACT < value < EXACT):
            return value  # type: ignore[no-any-return]
        return number(value)

    return read


def _truth(find: Source) -> Source:
    def read(facts: Facts) -> bool | None:
        value = find(facts)
        return value if type(value) is bool else None

    return read


def _instant(find: Source) -> Source:
    def read(facts: Facts) -> Any:
        value = find(facts)
        return instant(value) if type(value) is str else None

    return read


def _age(find: Source) -> Source:
    found = _instant(find)

    def read(facts: Facts) -> timedelta | None:
        start = found(facts)
        return None if start is None else facts.now - start

    return read


COUNTED: Final = "count"
"""How the keys of scales begin that read how often something happened."""
_SOURCES: Final[dict[str, Callable[[Source], Source]]] = {
    "text": _text,
    "number": _number,
    "truth": _truth,
    "instant": _instant,
    "age": _age,
}
_OF_TIME: Final = {"before": "instant", "after": "instant", "older_than": "age", "newer_than": "age"}
_CUTS: Final[dict[str, tuple[str, bool]]] = {
    "eq": ("in", False),
    "ne": ("in", True),
    "in": ("in", False),
    "not_in": ("in", True),
    "lt": ("lt", False),
    "lte": ("lte", False),
    "gt": ("gt", False),
    "gte": ("gte", False),
    "between": ("between", False),
    "before": ("lt", False),
    "after": ("gt", False),
    "older_than": ("gt", False),
    "newer_than": ("lt", False),
}
"""The operators that cut a scale, and whether they hold outside of the cut (on missing values too)."""
_TIMES: Final = {"at_least": "gte", "at_most": "lte", "exactly": "in", "less_than": "lt", "more_than": "gt"}
