"""Reads a condition from JSON: every problem is found at once, and each names its place and the way out."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from audiences.conditions.comparisons import Comparison, Property, Trait
from audiences.conditions.facts import Place
from audiences.conditions.happenings import TIMES, Did, EventName, Segment
from audiences.conditions.limits import Unfit, read_duration, shown
from audiences.conditions.operators import OPERATORS
from audiences.conditions.reading import Problems, check_raw, did_you_mean, pointer
from audiences.conditions.tree import All, AnyOf, Condition, Not

DEEPEST: Final = 20
MOST_LEAVES: Final = 500
MOST_COUNTED: Final = 1_000_000
SYNONYMS: Final = {
    "equals": "eq", "is": "eq", "=": "eq", "==": "eq", "!=": "ne", "is_not": "ne", "<": "lt", "<=": "lte", ">": "gt",
    ">=": "gte", "regex": "matches", "like": "contains", "includes": "contains", "is_set": "exists",
    "within": "newer_than",
}  # fmt: skip
LATER: Final = (
    "sum", "avg", "min", "max", "distinct", "sequence", "last", "held", "first", "stopped", "returned",
    "regularly", "consent", "measure",
)  # fmt: skip
"""Leaves of the language that this release does not judge yet; they are refused by name."""


def parse(raw: Any, *, place: Place, path: str = "") -> Condition:
    """Return the condition that `raw` says, or raise InputRefused with every problem; `path` is where it stands."""
    check_raw(raw, path=path)
    reader = Reader(place=place)
    condition = reader.condition(raw, path, 1)
    reader.problems.refuse_if_any()
    assert condition is not None  # nothing was refused, so everything was read
    return condition


class Reader:
    """One pass over one definition."""

    def __init__(self, *, place: Place) -> None:
        self.place = place
        self.problems = Problems()
        self.leaves = 0

    def condition(self, raw: Any, path: str, depth: int) -> Condition | None:
        """Read a combinator or a leaf; None after a problem."""
        if not isinstance(raw, dict):
            self.problems.add(path, f"{shown(raw)} is no condition", 'write an object such as {"trait": "city", …}')
            return None
        kind = self._kind(raw, path)
        if kind is None or not self.fits(path, depth, leaf=kind not in COMBINATORS):
            return None
        return COMBINATORS[kind](self, raw, path, depth) if kind in COMBINATORS else LEAVES[kind](self, raw, path)

    def _kind(self, raw: dict[str, Any], path: str) -> str | None:
        kinds = [key for key in raw if key in COMBINATORS or key in LEAVES]
        if len(kinds) == 1:
            return kinds[0]
        if kinds:
            self.problems.add(path, f"{' and '.join(kinds)} in one object", 'join two conditions with {"all": [...]}')
        elif later := [key for key in raw if key in LATER]:
            self.problems.add(pointer(path, later[0]), f"{later[0]!r} is not available yet", _available())
        else:
            word = next(iter(raw), "")
            hint = did_you_mean(word, (*COMBINATORS, *LEAVES), otherwise=_available())
            self.problems.add(path, f"no condition begins with {word[:60]!r}" if word else "an empty object", hint)
        return None

    def fits(self, path: str, depth: int, *, leaf: bool) -> bool:
        """Count the node at `path`; False once the condition is too deep or too long."""
        self.leaves += leaf
        if depth > DEEPEST:
            self.problems.add(path, f"nested more than {DEEPEST} levels deep", "flatten it, or use a segment")
        elif leaf and self.leaves == MOST_LEAVES + 1:
            self.problems.add(path, f"more than {MOST_LEAVES} leaves", "use in with a list, or a segment")
        return depth <= DEEPEST and self.leaves <= MOST_LEAVES

    def several(self, raw: dict[str, Any], path: str, depth: int, key: str) -> tuple[Condition, ...] | None:
        """Read the list of a combinator."""
        self.problems.unknown_keys(raw, (key,), path=path)
        written, path = raw[key], pointer(path, key)
        if not isinstance(written, list) or not written:
            what = "the list is empty" if written == [] else f"{shown(written)} is no list"
            self.problems.add(path, what, "name at least one condition")
            return None
        read = [self.condition(item, pointer(path, index), depth + 1) for index, item in enumerate(written)]
        parts = tuple(part for part in read if part is not None)
        return parts if len(parts) == len(read) else None

    def comparison(self, raw: dict[str, Any], path: str, kind: type[Comparison]) -> Any:
        """Read a trait or property leaf."""
        self.problems.unknown_keys(raw, (kind.what, "is", "value"), path=path)
        name = self.problems.dotted(raw[kind.what], path=pointer(path, kind.what), of=f"the {kind.what}")
        operator = OPERATORS.get(op) if isinstance(op := raw.get("is"), str) else None
        if operator is None:
            self._unknown_operator(op, path)
            return None
        try:
            limit = operator.limit.read(raw.get("value"))
        except Unfit as unfit:
            hint = unfit.hint or f"{op} takes {operator.limit.expects}"
            place = pointer(path, "value") if "value" in raw else path
            self.problems.add(place, f"{op}: {unfit}" if "value" in raw else f"{op} without a value", hint)
            return None
        written = raw.get("value") if operator.limit.schema else None
        return None if name is None else kind(name=name, op=operator.name, limit=limit, written=written)

    def _unknown_operator(self, op: Any, path: str) -> None:
        if op is None:
            self.problems.add(path, "the operator is missing", 'add "is", such as "is": "eq"')
            return
        near = SYNONYMS.get(op) if isinstance(op, str) else None
        known = "known: " + " ".join(OPERATORS)
        hint = f"did you mean {near}?" if near else did_you_mean(str(op)[:40], OPERATORS, otherwise=known)
        self.problems.add(pointer(path, "is"), f"unknown operator {shown(op)}", hint)

    def duration(self, raw: dict[str, Any], key: str, path: str) -> timedelta | None:
        """Read an optional duration that is longer than nothing."""
        if key not in raw:
            return None
        try:
            found = read_duration(raw[key])
        except Unfit as unfit:
            self.problems.add(pointer(path, key), str(unfit), unfit.hint)
            return None
        if not found:
            self.problems.add(pointer(path, key), f"{shown(raw[key])} holds nothing", "leave it out to mean ever")
        return found


def _available() -> str:
    return "use one of " + " ".join((*COMBINATORS, *LEAVES))


def _all(reader: Reader, raw: dict[str, Any], path: str, depth: int) -> Condition | None:
    parts = reader.several(raw, path, depth, "all")
    return All(children=parts) if parts else None


def _any(reader: Reader, raw: dict[str, Any], path: str, depth: int) -> Condition | None:
    parts = reader.several(raw, path, depth, "any")
    return AnyOf(children=parts) if parts else None


def _not(reader: Reader, raw: dict[str, Any], path: str, depth: int) -> Condition | None:
    reader.problems.unknown_keys(raw, ("not",), path=path)
    child = reader.condition(raw["not"], pointer(path, "not"), depth + 1)
    return Not(child=child) if child is not None else None


def _trait(reader: Reader, raw: dict[str, Any], path: str) -> Condition | None:
    found: Trait | None = reader.comparison(raw, path, Trait)
    return found


def _property(reader: Reader, raw: dict[str, Any], path: str) -> Condition | None:
    if reader.place is not Place.EVENT:
        reader.problems.add(path, "property needs an event at hand, and here there is none", _PAST)
    found: Property | None = reader.comparison(raw, path, Property)
    return found


_PAST: Final = 'ask for past events with {"did": "purchase", "where": [...]}'


def _event_name(reader: Reader, raw: dict[str, Any], path: str) -> Condition | None:
    if reader.place is not Place.EVENT:
        reader.problems.add(path, "event_name needs an event at hand, and here there is none", _PAST)
    reader.problems.unknown_keys(raw, ("event_name",), path=path)
    written, path = raw["event_name"], pointer(path, "event_name")
    if not isinstance(written, list) or not written:
        reader.problems.add(path, f"{shown(written)} is no list of names", 'write a list: ["purchase"]')
        return None
    if len(written) > MOST_LEAVES:
        reader.problems.add(path, f"a list of {len(written)} names", f"use at most {MOST_LEAVES}")
        return None
    names = [reader.problems.name(item, path=pointer(path, i), of="the event") for i, item in enumerate(written)]
    return EventName(names=tuple(dict.fromkeys(name for name in names if name is not None)))


def _segment(reader: Reader, raw: dict[str, Any], path: str) -> Condition | None:
    reader.problems.unknown_keys(raw, ("segment",), path=path)
    key = reader.problems.name(raw["segment"], path=pointer(path, "segment"), of="the segment")
    return None if key is None else Segment(key=key)


def _did(reader: Reader, raw: dict[str, Any], path: str) -> Condition | None:
    reader.problems.unknown_keys(raw, ("did", "where", "times", "within"), path=path)
    event = reader.problems.name(raw["did"], path=pointer(path, "did"), of="the event")
    where = _where(reader, raw.get("where", []), pointer(path, "where"))
    times, n = _times(reader, raw.get("times", {"at_least": 1}), pointer(path, "times"))
    within = reader.duration(raw, "within", path)
    return None if event is None else Did(event=event, where=where, times=times, n=n, within=within)


def _where(reader: Reader, raw: Any, path: str) -> tuple[Property, ...]:
    """Read the property leaves that a counted event must satisfy; each counts as a leaf."""
    if not isinstance(raw, list):
        reader.problems.add(path, f"{shown(raw)} is no list", 'write a list of property leaves: [{"property": …}]')
        return ()
    leaves = []
    for index, item in enumerate(raw):
        at = pointer(path, index)
        if not isinstance(item, dict) or "property" not in item:
            reader.problems.add(at, f"{shown(item)} is no property leaf", 'write {"property": "amount", "is": …}')
        elif reader.fits(at, 1, leaf=True):
            leaves.append(reader.comparison(item, at, Property))
    return tuple(leaf for leaf in leaves if leaf is not None)


def _times(reader: Reader, raw: Any, path: str) -> tuple[str, int]:
    form, n = next(iter(raw.items())) if isinstance(raw, dict) and len(raw) == 1 else ("", 0)
    if form not in TIMES:
        hint = did_you_mean(form, TIMES, otherwise="write one of " + ", ".join(TIMES) + ': {"at_least": 3}')
        reader.problems.add(path, f"{shown(raw)} is no number of times", hint)
    elif type(n) is not int or not 0 <= n <= MOST_COUNTED:
        reader.problems.add(pointer(path, form), f"{shown(n)} is no count", f"write 0 to {MOST_COUNTED}")
    else:
        return form, n
    return "at_least", 1


COMBINATORS: Final[dict[str, Callable[[Reader, dict[str, Any], str, int], Condition | None]]] = {
    "all": _all,
    "any": _any,
    "not": _not,
}
LEAVES: Final[dict[str, Callable[[Reader, dict[str, Any], str], Condition | None]]] = {
    "trait": _trait,
    "property": _property,
    "event_name": _event_name,
    "did": _did,
    "segment": _segment,
}
