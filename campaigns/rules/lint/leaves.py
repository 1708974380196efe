"""How each leaf of a condition cuts what it reads: the dimension, its constants, and which cells satisfy the leaf."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from audiences.conditions import OPERATORS, Comparison, Condition, Did, Measured
from audiences.conditions.amounts import COMPARED_BY
from audiences.conditions.instants import instant
from audiences.conditions.past import TIMES
from campaigns.rules.lint import cells
from campaigns.rules.lint.cells import Dimension

NOW: Final = datetime(2026, 1, 5, 8, tzinfo=UTC)
"""When the events that show a claim happen."""
VALUE, MOMENT, AGE, COUNT, AMOUNT, FLAG = "value", "moment", "age", "count", "amount", "flag"
Test = Callable[[Any], bool]


class Key(NamedTuple):
    """Names a dimension: what kind of reading, and of what."""

    kind: str
    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What a leaf asks of a dimension: it holds exactly on the cells that satisfy `test`.

    `leaf` is one that stands for all that cut the dimension. `base` is the stored value behind a reading that is not
    the value itself, and `of_base` the same question put to such a value.
    """

    key: Key
    leaf: Condition
    constants: tuple[Any, ...]
    test: Test
    base: Key | None = None
    of_base: Test | None = None


MAKERS: Final[dict[str, Callable[[Any], Dimension]]] = {
    VALUE: cells.stored,
    MOMENT: cells.lengths,
    AGE: cells.lengths,
    COUNT: cells.counts,
    AMOUNT: cells.amounts,
    FLAG: lambda _constants: cells.flag(),
}


def cut(leaf: Condition) -> Cut:
    """Return how a leaf cuts; one that is only known by its answer cuts a flag of its own."""
    if isinstance(leaf, Comparison):
        return _comparison(leaf)
    if isinstance(leaf, Did):
        compare, n = TIMES[leaf.times], leaf.n
        return Cut(
            key=Key(COUNT, _without(leaf, "times")), leaf=leaf, constants=(n,), test=lambda count: compare(count, n)
        )
    return _measure(leaf) if isinstance(leaf, Measured) else _flag(leaf)


def base_key(leaf: Comparison) -> Key:
    """Return the dimension of the stored value that a comparison reads."""
    return Key(VALUE, f"{leaf.what} {leaf.name}")


def stored_test(leaf: Comparison) -> Test:
    """Return the test of a stored value; None stands for a missing one."""
    operator = OPERATORS[leaf.op]
    holds, missing = operator.bind(leaf.limit), operator.when_missing
    return lambda value: missing if value is None else holds(value, NOW)


def since(value: Any) -> timedelta | None:
    """Return a stored text as the time since `NOW`, None if it is no instant."""
    found = instant(value) if type(value) is str else None
    return None if found is None else found - NOW


def _comparison(leaf: Comparison) -> Cut:
    key, test = base_key(leaf), stored_test(leaf)
    if leaf.op in _CUTTING:
        constants = leaf.limit if isinstance(leaf.limit, tuple) else (leaf.limit,)
        return Cut(key=key, leaf=leaf, constants=constants, test=test)
    if leaf.op in _OF_TIME:
        return _time(leaf, key, test)
    if leaf.op == "not_contains":  # holds exactly where `contains` does not, on what is missing too
        contains = replace(leaf, op="contains")
        asked = replace(_flag(contains), test=lambda held: not held)
        return replace(asked, base=key, of_base=stored_test(contains))
    return replace(_flag(leaf), base=key, of_base=test)


def _time(leaf: Comparison, base: Key, of_base: Test) -> Cut:
    kind, earlier = _OF_TIME[leaf.op]
    limit: timedelta = leaf.limit - NOW if kind == MOMENT else leaf.limit

    def test(length: timedelta | None) -> bool:
        return length is not None and (length < limit if earlier else length > limit)

    return Cut(key=Key(kind, base.of), leaf=leaf, constants=(limit,), test=test, base=base, of_base=of_base)


def _measure(leaf: Measured) -> Cut:
    compare, limit = COMPARED_BY[leaf.op], leaf.limit
    missing = OPERATORS[leaf.op].when_missing
    constants = limit if isinstance(limit, tuple) else () if limit is None else (limit,)
    return Cut(
        key=Key(AMOUNT, _without(leaf, "is", "value")),
        leaf=leaf,
        constants=constants,
        test=lambda amount: missing if amount is None else compare(amount, limit),
    )


def _flag(leaf: Condition) -> Cut:
    return Cut(key=Key(FLAG, json.dumps(leaf.as_json(), sort_keys=True)), leaf=leaf, constants=(), test=bool)


def _without(leaf: Condition, *parts: str) -> str:
    return json.dumps({key: value for key, value in leaf.as_json().items() if key not in parts}, sort_keys=True)


_CUTTING: Final = frozenset(("eq", "ne", "in", "not_in", "lt", "lte", "gt", "gte", "between", "exists", "not_exists"))
_OF_TIME: Final = {
    "before": (MOMENT, True),
    "after": (MOMENT, False),
    "older_than": (AGE, False),
    "newer_than": (AGE, True),
}
