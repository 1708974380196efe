"""What is measured over events as SQL aggregates, and how it compares: exactly, as `conditions.amounts` does."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from audiences.conditions import OPERATORS as MEANINGS
from audiences.conditions import Measured
from audiences.segments.sql.operators import normal
from audiences.segments.sql.statement import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """The columns to aggregate, and the test on them under an alias."""

    columns: str
    test: Callable[[str], str]


def measured(made: Statement, counted: str, leaf: Measured) -> Value:
    """Return how to measure; an average is compared by its sum, since a quotient could be rounded."""
    value, text = made.path("e.properties", leaf.of)
    number = f"case jsonb_typeof({value}) when 'number' then ({value})::numeric end"
    times = ""
    if leaf.measure == "distinct":
        present = f"{text} <> '' and jsonb_typeof({value}) in ('string', 'number', 'boolean')"
        columns = f"count(distinct {normal(value)}) filter (where {counted} and {present}) as v"
    elif leaf.measure == "avg":
        columns = f"sum({number}) filter (where {counted}) as v, count({number}) filter (where {counted}) as n"
        times = ".n"
    else:
        columns = f"{leaf.measure}({number}) filter (where {counted}) as v"

    def test(alias: str) -> str:
        found = f"coalesce({alias}.v, 0)" if leaf.measure in ("sum", "distinct") else f"{alias}.v"
        limits = [_limit(made, item, f" * {alias}{times}" if times else "") for item in _items(leaf.limit)]
        return f"({TESTS[leaf.op](found, limits)})"

    return Value(columns=columns, test=_or_missing(test, leaf))


def _or_missing(test: Callable[[str], str], leaf: Measured) -> Callable[[str], str]:
    """Where nothing was measured the test is null; for some operators that means that it holds."""
    if not MEANINGS[leaf.op].when_missing:
        return test
    return lambda alias: f"({test(alias)} is not false)"


def _items(limit: Any) -> tuple[Any, ...]:
    if limit is None:
        return ()
    return limit if isinstance(limit, tuple) else (limit,)


def _limit(made: Statement, limit: float, times: str) -> str:
    return f"{made.param(json.dumps(limit))}::numeric{times}"


def _sign(sign: str) -> Callable[[str, list[str]], str]:
    return lambda found, limits: f"{found} {sign} {limits[0]}"


TESTS: Final[dict[str, Callable[[str, list[str]], str]]] = {
    "eq": _sign("="),
    "ne": _sign("<>"),
    "lt": _sign("<"),
    "lte": _sign("<="),
    "gt": _sign(">"),
    "gte": _sign(">="),
    "between": lambda found, limits: f"{found} >= {limits[0]} and {found} <= {limits[1]}",
    "in": lambda found, limits: f"{found} in ({', '.join(limits)})",
    "not_in": lambda found, limits: f"{found} not in ({', '.join(limits)})",
    "exists": lambda found, _limits: f"{found} is not null",
    "not_exists": lambda found, _limits: f"{found} is null",
}
