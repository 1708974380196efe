"""How many rows match: exactly while that is cheap, else about."""

import json
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet

EXACT_UP_TO: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    n: int
    exact: bool


def count(rows: QuerySet[Any], *, up_to: int = EXACT_UP_TO) -> Count:
    """Count no further than `up_to`; beyond it stands what PostgreSQL expects of the same query."""
    plain = rows.order_by()
    n: int = plain[: up_to + 1].count()
    if n <= up_to:
        return Count(n=n, exact=True)
    return Count(n=_rounded(max(_expected(plain), up_to)), exact=False)


def _expected(rows: QuerySet[Any]) -> int:
    plan = json.loads(rows.explain(format="json"))
    return int(plan[0]["Plan"]["Plan Rows"])


def _rounded(n: int) -> int:
    """Two digits are as much as an estimate can promise."""
    unit: int = 10 ** max(len(str(n)) - 2, 0)
    return round(n / unit) * unit
