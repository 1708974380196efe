"""How many people satisfy a condition, at once and row by row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Any

from audiences.conditions import All, AnyOf, Condition, Place, parse
from audiences.segments.definitions import reads_of
from audiences.segments.documents import refuse_unknown
from audiences.segments.previews.tally import Tally, tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """How many people satisfy a condition at `at`.

    `exact`: everybody was judged, and `error` is 0. Else `asked` of the `people` were, and `count` may be off by
    `error` at 95 %.
    """

    count: int
    exact: bool
    error: int
    people: int
    asked: int
    at: datetime
    took_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelRow:
    """How many are left after this row (of `all`: those of every row so far; of `any`: of at least one so far)."""

    where: dict[str, Any]
    count: int
    error: int
    exact: bool


def readable(workspace_id: int, where: Any) -> Condition:
    """Return the condition that `where` says; refuses what could not be saved either."""
    condition = parse(where, place=Place.SEGMENT, path="/where")
    refuse_unknown(condition.needs().segments, known=reads_of(workspace_id))
    return condition


def preview(workspace_id: int, where: Any, *, now: datetime, seed: int = 0) -> Preview:
    """Count who satisfies a condition that is not saved: exactly if that is cheap, else from a sample."""
    condition, start = readable(workspace_id, where), perf_counter()
    found = tally(workspace_id, [condition], list, now=now, seed=seed)
    return Preview(
        count=found.counts[0],
        exact=found.exact,
        error=found.errors[0],
        people=found.people,
        asked=found.asked,
        at=now,
        took_ms=round((perf_counter() - start) * 1000),
    )


def look(workspace_id: int, where: Any, *, now: datetime, seed: int = 0) -> tuple[Preview, list[FunnelRow]]:
    """Count by a condition and after each of its rows: of several rows the last one's count is that of all."""
    start = perf_counter()
    if not _has_rows(readable(workspace_id, where)):
        return preview(workspace_id, where, now=now, seed=seed), []
    found, rows = _funnel(workspace_id, where, now=now, seed=seed)
    whole = Preview(
        count=rows[-1].count,
        exact=found.exact,
        error=rows[-1].error,
        people=found.people,
        asked=found.asked,
        at=now,
        took_ms=round((perf_counter() - start) * 1000),
    )
    return whole, rows


def _has_rows(condition: Condition) -> bool:
    return isinstance(condition, All | AnyOf) and len(condition.children) > 1


def funnel(workspace_id: int, where: Any, *, now: datetime, seed: int = 0) -> list[FunnelRow]:
    """Count after each row of a condition, in one pass over the same people."""
    return _funnel(workspace_id, where, now=now, seed=seed)[1]


def _funnel(workspace_id: int, where: Any, *, now: datetime, seed: int) -> tuple[Tally, list[FunnelRow]]:
    condition = readable(workspace_id, where)
    rows = condition.children if isinstance(condition, All | AnyOf) else (condition,)
    word = " or " if isinstance(condition, AnyOf) else " and "

    def after_each(held: Sequence[str]) -> list[str]:
        return ["(" + word.join(held[: place + 1]) + ")" for place in range(len(held))]

    found = tally(workspace_id, rows, after_each, now=now, seed=seed)
    return found, [
        FunnelRow(where=row.as_json(), count=count, error=error, exact=found.exact)
        for row, count, error in zip(rows, found.counts, found.errors, strict=True)
    ]
