"""The leaves that compare one value: a trait of the person, or a property of the event at hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from audiences.conditions.facts import Facts, Needs
from audiences.conditions.operators import OPERATORS, Operator, Test
from audiences.conditions.tree import Condition, Predicate
from audiences.conditions.values import Lookup, Value, lookup
from audiences.conditions.verdict import Verdict

_NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Condition):
    """`name` compared by `op` with `limit`; `written` is the limit as the definition says it."""

    name: str
    op: str
    limit: Any = None
    written: Any = None
    _find: Lookup = field(init=False, repr=False, compare=False)
    _test: Test = field(init=False, repr=False, compare=False)
    _missing: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        operator = OPERATORS[self.op]
        object.__setattr__(self, "_find", lookup(self.name))
        object.__setattr__(self, "_test", operator.bind(self.limit))
        object.__setattr__(self, "_missing", operator.when_missing)

    @property
    def operator(self) -> Operator:
        return OPERATORS[self.op]

    def value_in(self, tree: Mapping[str, Any]) -> Value:
        """Return the value that the name leads to, None where it is missing."""
        return self._find(tree)

    def holds_in(self, tree: Mapping[str, Any], *, now: datetime) -> bool:
        """Return whether the leaf holds for the traits or properties `tree`."""
        value = self._find(tree)
        return self._missing if value is None else self._test(value, now)

    def change_in(self, tree: Mapping[str, Any], *, now: datetime) -> datetime | None:
        """Return when time alone turns the answer for `tree`."""
        return self.operator.next_change(self._find(tree), self.limit, now)

    def is_timed(self) -> bool:
        return self.operator.flips_at is not None

    def as_json(self) -> dict[str, Any]:
        leaf = {self.what: self.name, "is": self.op}
        return leaf if self.written is None else leaf | {"value": self.written}

    def _verdict(self, tree: Mapping[str, Any], now: datetime) -> Verdict:
        value = self._find(tree)
        return Verdict(
            held=self._missing if value is None else self._test(value, now),
            what=self.what,
            name=self.name,
            op=self.op,
            limit=self.written,
            actual=value,
            missing=value is None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait(Comparison):
    """A trait of the person."""

    what: ClassVar[str] = "trait"

    def judge(self, facts: Facts) -> Verdict:
        return self._verdict(facts.traits, facts.now)

    def predicate(self) -> Predicate:
        find, test, missing = self._find, self._test, self._missing

        def holds(facts: Facts) -> bool:
            value = find(facts.traits)
            return missing if value is None else test(value, facts.now)

        return holds

    def needs(self) -> Needs:
        return Needs(traits=frozenset((self.name,)))

    def next_change(self, facts: Facts) -> datetime | None:
        return self.change_in(facts.traits, now=facts.now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Property(Comparison):
    """A property of the event at hand, or of each event that a `did` counts."""

    what: ClassVar[str] = "property"

    def judge(self, facts: Facts) -> Verdict:
        return self._verdict(_at_hand(facts), facts.now)

    def predicate(self) -> Predicate:
        find, test, missing = self._find, self._test, self._missing

        def holds(facts: Facts) -> bool:
            value = find(_at_hand(facts))
            return missing if value is None else test(value, facts.now)

        return holds

    def needs(self) -> Needs:
        return Needs(properties=frozenset((self.name,)))

    def next_change(self, facts: Facts) -> datetime | None:
        return self.change_in(_at_hand(facts), now=facts.now)


def _at_hand(facts: Facts) -> Mapping[str, Any]:
    return facts.event.properties if facts.event is not None else _NOTHING
