"""The leaves that measure past events: the sum, average, least, greatest of a property, or how many different values.

What is measured is exact: sums are decimals, an average is a fraction. Values that are no numbers are left out; where
nothing is left, the sum and the number of different values are 0, and the other measures are missing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Context, Decimal
from fractions import Fraction
from operator import eq, ge, gt, le, lt
from typing import Any, ClassVar, Final

from audiences.conditions import durations
from audiences.conditions.facts import Facts
from audiences.conditions.operators import OPERATORS
from audiences.conditions.past import NOTHING, Past
from audiences.conditions.values import Lookup, exact, lookup, number, scalar
from audiences.conditions.verdict import Verdict

Amount = int | Decimal | Fraction
EXACTLY: Final = Context(prec=5_000, Emax=999_999, Emin=-999_999)
"""Wide enough to add any JSON numbers without rounding."""
_SAFE: Final = 10**15


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured(Past):
    """A measure of the property `of`, over the matching events in (now − within, now], or ever, compared by `op`."""

    what: ClassVar[str] = "measured"
    measure: str
    of: str
    op: str
    limit: Any = None
    written: Any = None
    within: timedelta | None = None
    _find: Lookup = field(init=False, repr=False, compare=False)
    _test: Callable[[Amount], bool] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_find", lookup(self.of))
        object.__setattr__(self, "_test", bind(self.op, self.limit))

    def holds(self, facts: Facts) -> bool:
        amount = self.amount(facts)
        return OPERATORS[self.op].when_missing if amount is None else self._test(amount)

    def amount(self, facts: Facts) -> Amount | None:
        """Return what is measured, exactly; None if there is nothing to measure."""
        find, read = self._find, scalar if self.measure == "distinct" else number
        events = self.found(facts, within=self.within)
        return MEASURES[self.measure](
            [value for event in events if (value := read(find(event.properties))) is not None]
        )

    def opens(self) -> frozenset[str]:
        return frozenset((self.event,))

    def edges(self) -> tuple[timedelta, ...]:
        return (NOTHING,) if self.within is None else (NOTHING, self.within)

    @property
    def reach(self) -> timedelta | None:
        return self.within

    def judge(self, facts: Facts) -> Verdict:
        amount = self.amount(facts)
        return Verdict(
            held=self.holds(facts),
            what=self.measure,
            name=self.event,
            op=self.op,
            limit=self.written,
            actual=plain(amount),
            missing=amount is None,
            within=durations.write(self.within) if self.within else "",
            leaf=self.as_json(),
        )

    def as_json(self) -> dict[str, Any]:
        leaf = {self.measure: self.event, "of": self.of} | self.past_json()
        if self.within is not None:
            leaf["within"] = durations.write(self.within)
        leaf["is"] = self.op
        return leaf if self.written is None else leaf | {"value": self.written}


def plain(amount: Amount | None) -> int | float | None:
    """Return an amount as JSON writes it: a whole number where it is one, else the nearest fraction."""
    if amount is None or isinstance(amount, int):
        return amount
    whole = int(amount)
    if abs(whole) > _SAFE or amount == whole:
        return whole
    return float(amount)


def total(values: Sequence[int | float]) -> int | Decimal:
    """Return the exact sum."""
    whole = [value for value in values if isinstance(value, int)]
    if len(whole) == len(values):
        return sum(whole)
    added = Decimal(0)
    for value in values:
        added = EXACTLY.add(added, Decimal(exact(value)))
    return added


def _average(values: Sequence[int | float]) -> Fraction | None:
    return Fraction(total(values)) / len(values) if values else None


def _least(values: Sequence[int | float]) -> int | Decimal | None:
    return exact(min(values)) if values else None


def _greatest(values: Sequence[int | float]) -> int | Decimal | None:
    return exact(max(values)) if values else None


def _distinct(values: Sequence[Any]) -> int:
    return len({(type(value) is bool, value) for value in values})


MEASURES: Final[dict[str, Callable[[Sequence[Any]], Amount | None]]] = {
    "sum": total,
    "avg": _average,
    "min": _least,
    "max": _greatest,
    "distinct": _distinct,
}
COMPARED_BY: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "eq": eq,
    "ne": lambda amount, limit: bool(amount != limit),
    "lt": lt,
    "lte": le,
    "gt": gt,
    "gte": ge,
    "between": lambda amount, limit: bool(limit[0] <= amount <= limit[1]),
    "in": lambda amount, limit: any(amount == item for item in limit),
    "not_in": lambda amount, limit: all(amount != item for item in limit),
    "exists": lambda _amount, _limit: True,
    "not_exists": lambda _amount, _limit: False,
}
"""The operators that a measure can be compared by."""


def bind(op: str, limit: Any) -> Callable[[Amount], bool]:
    """Return the test of an amount that exactly compares it with `limit`."""
    compare = COMPARED_BY[op]
    exactly: Any = limit
    if isinstance(limit, tuple):
        exactly = tuple(exact(item) for item in limit)
    elif limit is not None:
        exactly = exact(limit)
    return lambda amount: compare(amount, exactly)
