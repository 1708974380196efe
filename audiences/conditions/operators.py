"""The operators, one handler each, in one table.

A handler is given the limit and returns the test of a value that is present. A value of another type than the
operator expects fails the test, and passes it for `ne`, `not_in` and `not_contains`. What is missing is judged by
`when_missing`, before any test.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import ge, gt, le, lt
from typing import Any, Final

from audiences.conditions import durations, limits
from audiences.conditions.instants import instant
from audiences.conditions.limits import LimitKind, compiled
from audiences.conditions.values import Value, nfc, number, scalar

Test = Callable[[Value, datetime], bool]
Bind = Callable[[Any], Test]
_TICK: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """How a value is compared. `flips_at` gives the age at which time alone turns the answer (relative ones only)."""

    name: str
    limit: LimitKind
    bind: Bind
    when_missing: bool = False
    flips_at: Callable[[timedelta], timedelta] | None = None

    def next_change(self, value: Value, limit: Any, now: datetime) -> datetime | None:
        """Return the first instant after `now` at which the answer for `value` turns, if there is one."""
        if self.flips_at is None or type(value) is not str or (start := instant(value)) is None:
            return None
        left = start - now + self.flips_at(limit)
        return now + left if timedelta(0) < left < durations.LONGEST else None


def _same(limit: Any) -> Test:
    """Equal and of the same type: a number never equals a text or a truth value."""
    if isinstance(limit, str):
        return lambda value, _: type(value) is str and nfc(value) == limit
    if isinstance(limit, bool):
        return lambda value, _: value is limit
    return lambda value, _: number(value) == limit


def _one_of(chosen: Collection[Any]) -> Test:
    texts = frozenset(item for item in chosen if isinstance(item, str))
    truths = frozenset(item for item in chosen if isinstance(item, bool))
    numbers = frozenset(item for item in chosen if not isinstance(item, str | bool))

    def test(value: Value, _: datetime) -> bool:
        if type(value) is str:
            return nfc(value) in texts
        return value in truths if type(value) is bool else number(value) in numbers

    return test


def _ordered(compare: Callable[[Any, Any], bool]) -> Bind:
    """Numbers by value, texts by code points; never one with the other."""

    def bind(limit: Any) -> Test:
        if isinstance(limit, str):
            return lambda value, _: type(value) is str and compare(nfc(value), limit)
        return lambda value, _: (found := number(value)) is not None and compare(found, limit)

    return bind


def _between(limit: tuple[Any, Any]) -> Test:
    least, greatest = _ordered(ge)(limit[0]), _ordered(le)(limit[1])
    return lambda value, now: least(value, now) and greatest(value, now)


def _contains(limit: Any) -> Test:
    """A part of a text, or a member of a list."""
    member = _same(limit)

    def test(value: Value, now: datetime) -> bool:
        if isinstance(value, list):
            return any(member(item, now) for item in value)
        return type(value) is str and isinstance(limit, str) and limit in nfc(value)

    return test


def _starts_with(limit: str) -> Test:
    return lambda value, _: type(value) is str and nfc(value).startswith(limit)


def _ends_with(limit: str) -> Test:
    return lambda value, _: type(value) is str and nfc(value).endswith(limit)


def _matches(limit: str) -> Test:
    search = compiled(limit).search
    return lambda value, _: type(value) is str and search(nfc(value)) is not None


def _exists(_limit: None) -> Test:
    return lambda _value, _now: True


def _instant(compare: Callable[[Any, Any], bool]) -> Bind:
    def bind(limit: datetime) -> Test:
        return lambda value, _: (found := _instant_of(value)) is not None and compare(found, limit)

    return bind


def _age(compare: Callable[[Any, Any], bool]) -> Bind:
    def bind(limit: timedelta) -> Test:
        return lambda value, now: (found := _instant_of(value)) is not None and compare(now - found, limit)

    return bind


def _instant_of(value: Value) -> datetime | None:
    return instant(value) if type(value) is str else None


def _has_any(limit: tuple[Any, ...]) -> Test:
    chosen = _one_of(limit)
    return lambda value, now: isinstance(value, list) and any(chosen(item, now) for item in value)


def _has_all(limit: tuple[Any, ...]) -> Test:
    wanted = frozenset((type(item) is bool, item) for item in limit)

    def test(value: Value, _: datetime) -> bool:
        if not isinstance(value, list):
            return False
        return wanted <= {(type(found) is bool, found) for item in value if (found := scalar(item)) is not None}

    return test


def _not(bind: Bind) -> Bind:
    def negated(limit: Any) -> Test:
        test = bind(limit)
        return lambda value, now: not test(value, now)

    return negated


def _just_after(age: timedelta) -> timedelta:
    return age + _TICK


def _at(age: timedelta) -> timedelta:
    return age


OPERATORS: Final[dict[str, Operator]] = {
    operator.name: operator
    for operator in (
        Operator(name="eq", limit=limits.SCALAR, bind=_same),
        Operator(name="ne", limit=limits.SCALAR, bind=_not(_same), when_missing=True),
        Operator(name="lt", limit=limits.ORDERED, bind=_ordered(lt)),
        Operator(name="lte", limit=limits.ORDERED, bind=_ordered(le)),
        Operator(name="gt", limit=limits.ORDERED, bind=_ordered(gt)),
        Operator(name="gte", limit=limits.ORDERED, bind=_ordered(ge)),
        Operator(name="between", limit=limits.RANGE, bind=_between),
        Operator(name="in", limit=limits.MANY, bind=_one_of),
        Operator(name="not_in", limit=limits.MANY, bind=_not(_one_of), when_missing=True),
        Operator(name="contains", limit=limits.SCALAR, bind=_contains),
        Operator(name="not_contains", limit=limits.SCALAR, bind=_not(_contains), when_missing=True),
        Operator(name="starts_with", limit=limits.TEXT, bind=_starts_with),
        Operator(name="ends_with", limit=limits.TEXT, bind=_ends_with),
        Operator(name="matches", limit=limits.PATTERN, bind=_matches),
        Operator(name="exists", limit=limits.NOTHING, bind=_exists),
        Operator(name="not_exists", limit=limits.NOTHING, bind=_not(_exists), when_missing=True),
        Operator(name="before", limit=limits.INSTANT, bind=_instant(lt)),
        Operator(name="after", limit=limits.INSTANT, bind=_instant(gt)),
        Operator(name="older_than", limit=limits.DURATION, bind=_age(gt), flips_at=_just_after),
        Operator(name="newer_than", limit=limits.DURATION, bind=_age(lt), flips_at=_at),
        Operator(name="has_any", limit=limits.MANY, bind=_has_any),
        Operator(name="has_all", limit=limits.MANY, bind=_has_all),
    )
}
