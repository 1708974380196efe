"""Lets time go by for groups of aggregate rules: windows empty, holds and cool-downs end, alarms are resolved.

A group is looked at again while time alone may change something about it. Time is taken to have come only as far as
events are known to have come in: what still waits in the queue is judged before the time after it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from campaigns.rules.judging import Match
from campaigns.rules.streams import rows
from campaigns.rules.streams.catalogue import timed
from campaigns.rules.streams.judging import Job, judge_jobs
from campaigns.rules.streams.matches import match_of, settle_resolved
from campaigns.rules.streams.watches import Group
from config.kit.bulk import bulk_cursor
from config.kit.ids import instant_of

BATCH: Final = 200
PATIENCE: Final = timedelta(seconds=1)
"""When a group is looked at again whose events still wait in the queue."""
Act = Callable[[int, Sequence[Match]], Any]
"""Stores matches of a workspace and does what they ask for, in the caller's transaction."""


def sweep_groups(now: datetime, *, act: Act, batches: int = 1_000) -> int:
    """Judge the groups that are due, in transactions of a batch each; return how many. Workers may sweep at once."""
    total = 0
    for workspace_id in _waiting(now):
        for _ in range(batches):
            judged = _one_batch(workspace_id, act=act, now=now)
            total += judged
            if judged < BATCH:
                break
    return total


def next_look() -> datetime | None:
    """Return when a group is due next, so that a simulated clock can stop there."""
    with connection.cursor() as cursor:
        cursor.execute("select min(look_at) from campaigns_streamgroup")
        return cursor.fetchone()[0]  # type: ignore[no-any-return]


def come_in_until(workspace_id: int, *, now: datetime) -> datetime:
    """Return up to when the workspace's events have been judged: now, or when the oldest waiting one was received."""
    with bulk_cursor() as cursor:
        cursor.execute("select min(first_id::text) from audiences_slice where workspace_id = %s", [workspace_id])
        (oldest,) = cursor.fetchone()
    return min(now, instant_of(UUID(oldest))) if oldest else now


def _waiting(now: datetime) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("select distinct workspace_id from campaigns_streamgroup where look_at <= %s order by 1", [now])
        return [workspace_id for (workspace_id,) in cursor.fetchall()]


@transaction.atomic
def _one_batch(workspace_id: int, *, act: Act, now: datetime) -> int:
    known_until = come_in_until(workspace_id, now=now)
    watches = timed(workspace_id).watches
    with bulk_cursor() as cursor:
        cursor.execute(CLAIM, [workspace_id, now, BATCH])
        due = [(watch_id, group_id, values, judged_to) for watch_id, group_id, values, judged_to in cursor.fetchall()]
    jobs = [
        Job(
            watch=watch,
            group=Group(id=group_id, values=values),
            judged_to=judged_to,
            until=max(judged_to, known_until),
        )
        for watch_id, group_id, values, judged_to in due
        if (watch := watches.by_id.get(watch_id)) is not None
    ]
    alarms = judge_jobs(workspace_id, jobs, now=now, known_until=known_until)
    act(workspace_id, [match_of(workspace_id, raised) for raised in alarms.raised])
    settle_resolved(workspace_id, alarms.resolved, now=now)
    _put_off([(watch_id, group_id) for watch_id, group_id, _, _ in due], live=set(watches.by_id), now=now)
    return len(due)


def _put_off(due: Sequence[rows.Place], *, live: set[UUID], now: datetime) -> None:
    """Look later at what could not be judged to the end; never again at groups of rules that judge no more."""
    dead = [place for place in due if place[0] not in live]
    with connection.cursor() as cursor:
        cursor.execute(LATER, [now + PATIENCE, [w for w, _ in due], [g for _, g in due], now])
        if dead:
            given = [[w for w, _ in dead], [g for _, g in dead]]
            cursor.execute(REST, given)
            cursor.execute(OVER, [now, *given])


CLAIM: Final = """
select watch, group_id, values, judged_to from campaigns_streamgroup
where workspace_id = %s and look_at <= %s and judged_to is not null
order by look_at limit %s for update skip locked
"""
LATER: Final = """
update campaigns_streamgroup s set look_at = %s from unnest(%s::uuid[], %s::uuid[]) as x(w, g)
where s.watch = x.w and s.group_id = x.g and s.look_at <= %s
"""
REST: Final = """
update campaigns_streamgroup s set look_at = null from unnest(%s::uuid[], %s::uuid[]) as x(w, g)
where s.watch = x.w and s.group_id = x.g
"""
OVER: Final = """
update campaigns_streamalarm a set resolved_at = %s from unnest(%s::uuid[], %s::uuid[]) as x(w, g)
where a.watch = x.w and a.group_id = x.g and a.resolved_at is null
"""
