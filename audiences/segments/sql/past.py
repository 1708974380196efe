"""The leaves about past events as SQL: each counts in a join of its own, so that all people are judged in one pass."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from audiences.conditions import (
    Did,
    First,
    Last,
    Measured,
    Past,
    Regularly,
    Returned,
    Stopped,
)
from audiences.conditions.happenings import THRESHOLDS
from audiences.conditions.past import TIMES
from audiences.segments.sql.comparing import compared, place, turn
from audiences.segments.sql.measures import measured
from audiences.segments.sql.scans import Rows
from audiences.segments.sql.statement import Statement

SIGNS: Final = {"at_least": ">=", "at_most": "<=", "exactly": "=", "less_than": "<", "more_than": ">"}


def did(made: Statement, leaf: Did) -> str:
    if leaf.is_tallied:
        return _did_ever(made, leaf)
    rows = Rows(made, leaf, leaf.within)
    changes = rows.ahead()
    if leaf.within is not None:
        changes.append(f"{_lapse(leaf, rows)} + {made.seconds(leaf.within)}")
        changes += rows.ages(leaf.within) if leaf.is_relative else []
    rows.change(changes)
    return _times(made, leaf, rows.column(rows.counting("count(*)")))


def _times(made: Statement, leaf: Did, n: str) -> str:
    """Compare a count, which is null where there is nothing; only if 0 is enough that has to be said."""
    found = f"coalesce({n}, 0)" if TIMES[leaf.times](0, leaf.n) else n
    return f"({found} {SIGNS[leaf.times]} {made.param(leaf.n)})"


def _lapse(leaf: Did, rows: Rows) -> str:
    """Return the event with whose leaving the answer may turn: the newest if only none at all makes a difference.

    Else the oldest of those that count, which is the earliest that can matter. Naming the exact one would need a sort
    per person; the sweep judges again at that instant, and then knows.
    """
    limits = [n for n in THRESHOLDS[leaf.times](leaf.n) if n > 0]
    if not limits:
        return "null::timestamptz"
    if limits == [1]:
        return rows.counting("max(e.event_time)")
    return f"case when {rows.counting('count(*)')} >= {min(limits)} then {rows.counting('min(e.event_time)')} end"


def _did_ever(made: Statement, leaf: Did) -> str:
    """Count what ever happened: as it is kept, less what lies ahead, which is seldom anything.

    What lies ahead only lessens, so a count that is too small already needs no closer look.
    """
    c, now = _counter(made, leaf), made.subject.now
    ahead = f"""from audiences_event e where e.person_id = p.id and e.workspace_id = %(workspace)s
        and e.name = {made.param(leaf.event)} and e.event_time > {now}"""
    if made.with_changes:
        made.change(f"(case when {c}.last_at > {now} then (select min(e.event_time) {ahead}) end)")
    n = f"(case when {c}.last_at > {now} then {c}.n - (select count(*) {ahead}) else {c}.n end)"
    if TIMES[leaf.times](0, leaf.n):
        return _times(made, leaf, n)
    least = leaf.n + 1 if leaf.times == "more_than" else leaf.n
    return f"({c}.n >= {made.param(least)} and {_times(made, leaf, n)})"


def _counter(made: Statement, leaf: Past) -> str:
    """Join the counter of the event; return its alias."""
    alias, name = made.next_alias(), made.param(leaf.event)
    made.joins.append(f"left join audiences_eventcount {alias} on {alias}.person_id = p.id and {alias}.name = {name}")
    return alias


def measure(made: Statement, leaf: Measured) -> str:
    rows = Rows(made, leaf, leaf.within)
    rows.change(rows.ahead() + (rows.ages(leaf.within) if leaf.within is not None else []))
    return measured(made, rows, leaf)


def last(made: Statement, leaf: Last) -> str:
    """Judge the newest row of each subject; when time may turn it is asked of all rows, since any may become that."""
    rows, subject = Rows(made, leaf, None), made.subject
    where = " and ".join([rows.scan.where, *rows.counted])
    newest = f"""select distinct on (1) {subject.event_key} as k, e.properties, {subject.now} as now
        from {subject.events} where {where} order by 1, e.event_time desc, e.id desc"""
    here = [replace(place(made, "e.properties", test, rows.source), now="e.now") for test in leaf.has]
    has = " and ".join(compared(made, at, test) for at, test in zip(here, leaf.has, strict=True))
    alias = made.next_alias()
    made.join(f"select e.k, {has} as has from ({newest}) e", alias)
    if made.with_changes:
        turns = [turn(made, place(made, "e.properties", test, ""), test) for test in leaf.has]
        rows.change(rows.ahead() + [rows.next(at) for at in turns if at])
    return f"{alias}.has"


def first(made: Statement, leaf: First) -> str:
    at, now, window = _first_at(made, leaf, leaf.within), made.subject.now, made.seconds(leaf.within)
    return f"({at} > {now} - {window} and {at} <= {now})"


def _first_at(made: Statement, leaf: Past, *ages: timedelta) -> str:
    """Return when it first happened; note that the answer may turn at the ages after that."""
    if leaf.where:
        rows = Rows(made, leaf, None)
        rows.change(rows.ahead())
        at = rows.column(rows.counting("min(e.event_time)"))
    else:
        at = f"{_counter(made, leaf)}.first_at"
        made.change(at)
    for age in ages:
        made.change(f"({at} + {made.seconds(age)})")
    return at


def stopped(made: Statement, leaf: Stopped) -> str:
    at, known, now = *_newest(made, leaf), made.subject.now
    for age in (leaf.quiet, leaf.within):
        made.change(f"({at} + {made.seconds(age)})")
    start = f"{now} - {made.seconds(leaf.within)}"
    return f"({known} > {start} and {at} > {start} and {at} <= {now} - {made.seconds(leaf.quiet)})"


def _newest(made: Statement, leaf: Stopped) -> tuple[str, str]:
    """Return when it happened last up to now, and at which instant or later it happened last at all."""
    if leaf.where:
        rows = Rows(made, leaf, leaf.within)
        rows.change(rows.ahead())
        last = rows.column(rows.counting("max(e.event_time)"))
        return last, last
    c, now = _counter(made, leaf), made.subject.now
    events = f"""from audiences_event e where e.person_id = p.id and e.workspace_id = %(workspace)s
        and e.name = {made.param(leaf.event)} and e.event_time"""
    if made.with_changes:
        made.change(f"(case when {c}.last_at > {now} then (select min(e.event_time) {events} > {now}) end)")
    at = f"(case when {c}.last_at > {now} then (select max(e.event_time) {events} <= {now}) else {c}.last_at end)"
    return at, f"{c}.last_at"


def returned(made: Statement, leaf: Returned) -> str:
    away = leaf.within + leaf.after_quiet
    rows, now = Rows(made, leaf, None if leaf.where else away), made.subject.now
    within, gone = made.seconds(leaf.within), made.seconds(away)
    rows.change(rows.ahead() + rows.ages(leaf.within, away))
    between = f"e.event_time <= {now} - {within} and e.event_time > {now} - {gone}"
    lately = rows.column(rows.counting(f"bool_or(e.event_time > {now} - {within})"))
    busy = rows.column(rows.counting(f"bool_or({between})"))
    before = rows.column(rows.counting("min(e.event_time)")) if leaf.where else _first_at(made, leaf, away)
    return f"({lately} and {busy} is not true and {before} <= {now} - {gone})"


def regularly(made: Statement, leaf: Regularly) -> str:
    """Count per period first, then the periods; those without any event are the rest."""
    rows, now, secs = Rows(made, leaf, leaf.reach), made.subject.now, made.param(leaf.every.total_seconds())
    period = f"floor(extract(epoch from {now} - e.event_time) / {secs}::numeric)"
    per_period = f"""select {made.subject.event_key} as k, {period} as period,
        {rows.counting("count(*)")} as n, {_next_period(made, rows, period, leaf)} as at
        from {made.subject.events} where {rows.scan.where} group by 1, 2"""
    alias, good = rows.scan.alias, f"n {SIGNS[leaf.times]} {made.param(leaf.n)}"
    made.join(
        f"""select k, count(*) filter (where {good} and period >= 0) as good,
        count(*) filter (where period >= 0) as seen, min(at) as at from ({per_period}) x group by 1""",
        alias,
    )
    if made.with_changes:
        made.change(f"{alias}.at")
    empty = TIMES[leaf.times](0, leaf.n)
    found = f"coalesce({alias}.good, 0)"
    if empty:
        found += f" + {leaf.periods} - coalesce({alias}.seen, 0)"
    return f"({found} >= {made.param(leaf.in_at_least)})"


def _next_period(made: Statement, rows: Rows, period: str, leaf: Regularly) -> str:
    """Return when the first event of a period leaves it, or comes due."""
    if not made.with_changes:
        return "null::timestamptz"
    leaves = f"min(e.event_time) + {made.seconds(leaf.every)} * ({period} + 1)::double precision"
    return f"least({', '.join([leaves, *rows.ahead()])})"
