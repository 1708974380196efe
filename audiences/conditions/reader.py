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
from config.kit.phrases import phrase

DEEPEST: Final = 20
MOST_LEAVES: Final = 500
MOST_COUNTED: Final = 1_000_000
SYNONYMS: Final = {
    "equals": "eq", "is": "eq", "=": "eq", "==": "eq", "!=": "ne", "is_not": "ne", "<": "lt", "<=": "lte", ">": "gt",
    ">=": "gte", "regex": "matches", "like": "contains", "includes": "contains", "is_set": "exists",
    "within": "newer_than",
}  # fmt: skip
NAMED: Final = {"trait": phrase("the trait"), "property": phrase("the property")}
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
            self.problems.add(
                path,
                phrase("%(value)s is no condition", value=shown(raw)),
                phrase('write an object such as {"trait": "city", …}'),
            )
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
            self.problems.add(
                path,
                phrase("%(names)s in one object", names=" and ".join(kinds)),
                phrase('join two conditions with {"all": [...]}'),
            )
        elif later := [key for key in raw if key in LATER]:
            self.problems.add(
                pointer(path, later[0]),
                phrase("%(value)s is not available yet", value=repr(later[0])),
                self._available(),
            )
        else:
            word = next(iter(raw), "")
            hint = did_you_mean(word, (*self.combinators, *self.forms), otherwise=self._available())
            self.problems.add(
                path,
                phrase("no condition begins with %(value)s", value=repr(word[:60]))
                if word
                else phrase("an empty object"),
                hint,
            )
        return None

    def fits(self, path: str, depth: int, *, leaf: bool) -> bool:
        """Count the node at `path`; False once the condition is too deep or too long."""
        self.leaves += leaf
        if depth > DEEPEST:
            self.problems.add(
                path,
                phrase("nested more than %(most)s levels deep", most=DEEPEST),
                phrase("flatten it, or use a segment"),
            )
        elif leaf and self.leaves == MOST_LEAVES + 1:
            self.problems.add(
                path,
                phrase("more than %(most)s leaves", most=MOST_LEAVES),
                phrase("use in with a list, or a segment"),
            )
        return depth <= DEEPEST and self.leaves <= MOST_LEAVES

    def several(self, raw: dict[str, Any], path: str, depth: int, key: str) -> tuple[Condition, ...] | None:
        """Read the list of a combinator."""
        self.problems.unknown_keys(raw, (key,), path=path)
        written, path = raw[key], pointer(path, key)
        if not isinstance(written, list) or not written:
            what = (
                phrase("the list is empty") if written == [] else phrase("%(value)s is no list", value=shown(written))
            )
            self.problems.add(path, what, phrase("name at least one condition"))
            return None
        read = [self.condition(item, pointer(path, index), depth + 1) for index, item in enumerate(written)]
        parts = tuple(part for part in read if part is not None)
        return parts if len(parts) == len(read) else None

    def comparison(self, raw: dict[str, Any], path: str, kind: type[Comparison]) -> Any:
        """Read a trait or property leaf."""
        self.problems.unknown_keys(raw, (kind.what, "is", "value"), path=path)
        name = self.problems.dotted(raw[kind.what], path=pointer(path, kind.what), of=NAMED[kind.what])
        operator = OPERATORS.get(op) if isinstance(op := raw.get("is"), str) else None
        if operator is None:
            self._unknown_operator(op, path)
            return None
        try:
            limit = operator.limit.read(raw.get("value"))
        except Unfit as unfit:
            hint = unfit.hint or phrase("%(op)s takes %(expects)s", op=op, expects=operator.limit.expects)
            place = pointer(path, "value") if "value" in raw else path
            self.problems.add(
                place,
                phrase("%(op)s: %(fault)s", op=op, fault=unfit.said)
                if "value" in raw
                else phrase("%(op)s without a value", op=op),
                hint,
            )
            return None
        written = raw.get("value") if operator.limit.schema else None
        return None if name is None else kind(name=name, op=operator.name, limit=limit, written=written)

    def _unknown_operator(self, op: Any, path: str) -> None:
        if op is None:
            self.problems.add(path, phrase("the operator is missing"), phrase('add "is", such as "is": "eq"'))
            return
        near = SYNONYMS.get(op) if isinstance(op, str) else None
        known = phrase("known: %(names)s", names=" ".join(OPERATORS))
        hint = (
            phrase("did you mean %(near)s?", near=near)
            if near
            else did_you_mean(str(op)[:40], OPERATORS, otherwise=known)
        )
        self.problems.add(pointer(path, "is"), phrase("unknown operator %(value)s", value=shown(op)), hint)

    def duration(self, raw: dict[str, Any], key: str, path: str) -> timedelta | None:
        """Read an optional duration that is longer than nothing."""
        if key not in raw:
            return None
        try:
            found = read_duration(raw[key])
        except Unfit as unfit:
            self.problems.add(pointer(path, key), unfit.said, unfit.hint)
            return None
        if not found:
            self.problems.add(
                pointer(path, key),
                phrase("%(value)s holds nothing", value=shown(raw[key])),
                phrase("leave it out to mean ever"),
            )
        return found

    def _available(self) -> str:
        return phrase("use one of %(names)s", names=" ".join((*self.combinators, *self.forms)))

    def needed(self, raw: dict[str, Any], key: str, path: str) -> timedelta | None:
        """Read a duration that must be there."""
        if key not in raw:
            self.problems.add(
                path, phrase("%(key)s is missing", key=key), phrase('add a duration, such as "%(key)s": "7d"', key=key)
            )
        return self.duration(raw, key, path)

    def whole(self, raw: dict[str, Any], key: str, path: str, *, least: int, most: int) -> int | None:
        """Read a whole number that must be there."""
        n = raw.get(key)
        if type(n) is int and least <= n <= most:
            return n
        place = pointer(path, key) if key in raw else path
        what = (
            phrase("%(value)s is no number of %(key)s", value=shown(n), key=key)
            if key in raw
            else phrase("%(key)s is missing", key=key)
        )
        self.problems.add(place, what, phrase("write %(least)s to %(most)s", least=least, most=most))
        return None

    def event(self, raw: dict[str, Any], key: str, path: str) -> str | None:
        """Read the name of an event."""
        return self.problems.name(raw.get(key), path=pointer(path, key), of=phrase("the event"))

    def where(self, raw: dict[str, Any], path: str, *, key: str = "where") -> tuple[Property, ...]:
        """Read the property leaves that an event must satisfy; each counts as a leaf."""
        written, path = raw.get(key, []), pointer(path, key)
        if not isinstance(written, list):
            self.problems.add(
                path,
                phrase("%(value)s is no list", value=shown(written)),
                phrase('write a list of property leaves: [{"property": …}]'),
            )
            return ()
        leaves = []
        for index, item in enumerate(written):
            at = pointer(path, index)
            if not isinstance(item, dict) or "property" not in item:
                self.problems.add(
                    at,
                    phrase("%(value)s is no property leaf", value=shown(item)),
                    phrase('write {"property": "amount", "is": …}'),
                )
            elif self.fits(at, 1, leaf=True):
                leaves.append(self.comparison(item, at, Property))
        return tuple(leaf for leaf in leaves if leaf is not None)

    def times(self, raw: dict[str, Any], path: str) -> tuple[str, int]:
        """Read how often something is to have happened; at least once where nothing is said."""
        written, path = raw.get("times", {"at_least": 1}), pointer(path, "times")
        form, n = next(iter(written.items())) if isinstance(written, dict) and len(written) == 1 else ("", 0)
        if form not in TIMES:
            hint = did_you_mean(
                form, TIMES, otherwise=phrase('write one of %(names)s: {"at_least": 3}', names=", ".join(TIMES))
            )
            self.problems.add(path, phrase("%(value)s is no number of times", value=shown(written)), hint)
        elif type(n) is not int or not 0 <= n <= MOST_COUNTED:
            self.problems.add(
                pointer(path, form),
                phrase("%(value)s is no count", value=shown(n)),
                phrase("write 0 to %(most)s", most=MOST_COUNTED),
            )
        else:
            return form, n
        return "at_least", 1
