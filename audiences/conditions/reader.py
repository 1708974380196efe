"""Walks over one definition: what every form of a condition is read with, and the limits on how much there may be."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from audiences.conditions.comparisons import Comparison, Property
from audiences.conditions.facts import Place
from audiences.conditions.limits import Unfit, read_duration, shown
from audiences.conditions.operators import OPERATORS
from audiences.conditions.past import TIMES
from audiences.conditions.reading import Problems, did_you_mean, pointer
from audiences.conditions.tree import Condition

DEEPEST: Final = 20
MOST_LEAVES: Final = 500
MOST_COUNTED: Final = 1_000_000
SYNONYMS: Final = {
    "equals": "eq", "is": "eq", "=": "eq", "==": "eq", "!=": "ne", "is_not": "ne", "<": "lt", "<=": "lte", ">": "gt",
    ">=": "gte", "regex": "matches", "like": "contains", "includes": "contains", "is_set": "exists",
    "within": "newer_than",
}  # fmt: skip
LATER: Final = ("measure",)
"""Leaves of the language that are not judged yet; they are refused by name."""

Leaf = Callable[["Reader", dict[str, Any], str], Condition | None]
Combinator = Callable[["Reader", dict[str, Any], str, int], Condition | None]


@dataclass(slots=True, kw_only=True)
class Reader:
    """One pass over one definition, by the forms that there are."""

    place: Place
    combinators: Mapping[str, Combinator]
    forms: Mapping[str, Leaf]
    problems: Problems = field(default_factory=Problems)
    leaves: int = 0

    def condition(self, raw: Any, path: str, depth: int) -> Condition | None:
        """Read a combinator or a leaf; None after a problem."""
        if not isinstance(raw, dict):
            self.problems.add(path, f"{shown(raw)} is no condition", 'write an object such as {"trait": "city", …}')
            return None
        kind = self._kind(raw, path)
        if kind is None or not self.fits(path, depth, leaf=kind not in self.combinators):
            return None
        return (
            self.combinators[kind](self, raw, path, depth)
            if kind in self.combinators
            else self.forms[kind](self, raw, path)
        )

    def _kind(self, raw: dict[str, Any], path: str) -> str | None:
        kinds = [key for key in raw if key in self.combinators or key in self.forms]
        if len(kinds) == 1:
            return kinds[0]
        if kinds:
            self.problems.add(path, f"{' and '.join(kinds)} in one object", 'join two conditions with {"all": [...]}')
        elif later := [key for key in raw if key in LATER]:
            self.problems.add(pointer(path, later[0]), f"{later[0]!r} is not available yet", self._available())
        else:
            word = next(iter(raw), "")
            hint = did_you_mean(word, (*self.combinators, *self.forms), otherwise=self._available())
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

    def _available(self) -> str:
        return "use one of " + " ".join((*self.combinators, *self.forms))

    def needed(self, raw: dict[str, Any], key: str, path: str) -> timedelta | None:
        """Read a duration that must be there."""
        if key not in raw:
            self.problems.add(path, f"{key} is missing", f'add a duration, such as "{key}": "7d"')
        return self.duration(raw, key, path)

    def whole(self, raw: dict[str, Any], key: str, path: str, *, least: int, most: int) -> int | None:
        """Read a whole number that must be there."""
        n = raw.get(key)
        if type(n) is int and least <= n <= most:
            return n
        place = pointer(path, key) if key in raw else path
        what = f"{shown(n)} is no number of {key}" if key in raw else f"{key} is missing"
        self.problems.add(place, what, f"write {least} to {most}")
        return None

    def event(self, raw: dict[str, Any], key: str, path: str) -> str | None:
        """Read the name of an event."""
        return self.problems.name(raw.get(key), path=pointer(path, key), of="the event")

    def where(self, raw: dict[str, Any], path: str, *, key: str = "where") -> tuple[Property, ...]:
        """Read the property leaves that an event must satisfy; each counts as a leaf."""
        written, path = raw.get(key, []), pointer(path, key)
        if not isinstance(written, list):
            self.problems.add(
                path, f"{shown(written)} is no list", 'write a list of property leaves: [{"property": …}]'
            )
            return ()
        leaves = []
        for index, item in enumerate(written):
            at = pointer(path, index)
            if not isinstance(item, dict) or "property" not in item:
                self.problems.add(at, f"{shown(item)} is no property leaf", 'write {"property": "amount", "is": …}')
            elif self.fits(at, 1, leaf=True):
                leaves.append(self.comparison(item, at, Property))
        return tuple(leaf for leaf in leaves if leaf is not None)

    def times(self, raw: dict[str, Any], path: str) -> tuple[str, int]:
        """Read how often something is to have happened; at least once where nothing is said."""
        written, path = raw.get("times", {"at_least": 1}), pointer(path, "times")
        form, n = next(iter(written.items())) if isinstance(written, dict) and len(written) == 1 else ("", 0)
        if form not in TIMES:
            hint = did_you_mean(form, TIMES, otherwise="write one of " + ", ".join(TIMES) + ': {"at_least": 3}')
            self.problems.add(path, f"{shown(written)} is no number of times", hint)
        elif type(n) is not int or not 0 <= n <= MOST_COUNTED:
            self.problems.add(pointer(path, form), f"{shown(n)} is no count", f"write 0 to {MOST_COUNTED}")
        else:
            return form, n
        return "at_least", 1
