"""What is measured over events as SQL aggregates, and how it compares: exactly, as `conditions.amounts` does."""

import json
from collections.abc import Callable
from typing import Any, Final

from audiences.conditions import OPERATORS as MEANINGS
from audiences.conditions import Measured
from audiences.conditions.amounts import COMPARED_BY
from audiences.segments.sql.operators import normal
from audiences.segments.sql.scans import Rows
from audiences.segments.sql.statement import Statement


def measured(made: Statement, rows: Rows, leaf: Measured) -> str:
    """Return the test of what is measured; an average is compared by its sum, since a quotient could be rounded."""
    value, text = made.path("e.properties", leaf.of)
    number = f"case jsonb_typeof({value}) when 'number' then ({value})::numeric end"
    times = ""
    if leaf.measure == "distinct":
        present = f"{text} <> '' and jsonb_typeof({value}) in ('string', 'number', 'boolean')"
        found = rows.column(rows.counting(f"count(distinct {normal(value)})", present))
    elif leaf.measure == "avg":
        found, n = (rows.column(rows.counting(f"{aggregate}({number})")) for aggregate in ("sum", "count"))
        times = f" * {n}"
    else:
        found = rows.column(rows.counting(f"{leaf.measure}({number})"))
    return _compared(made, leaf, found, times)


def _compared(made: Statement, leaf: Measured, found: str, times: str) -> str:
    """Compare what was found, which is null where nothing was: then a sum is 0, and other measures are missing."""
    if leaf.measure in ("sum", "distinct"):
        if COMPARED_BY[leaf.op](0, leaf.limit) or leaf.op == "not_exists":
            found = f"coalesce({found}, 0)"
        return f"({_test(made, leaf, found, times)})"
    test = f"({_test(made, leaf, found, times)})"
    return f"({test} is not false)" if MEANINGS[leaf.op].when_missing else test


def _test(made: Statement, leaf: Measured, found: str, times: str) -> str:
    return TESTS[leaf.op](found, [_limit(made, item, times) for item in _items(leaf.limit)])


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
