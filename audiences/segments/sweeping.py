"""Lets windows pass: judges people again when the instant has come at which time alone may change the answer (S1)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from audiences.segments import locks
from audiences.segments.catalogue import live
from audiences.segments.judging import Task, judge
from audiences.segments.stays import Change

BATCH: Final = 500


def sweep(now: datetime, *, batches: int = 1_000) -> list[Change]:
    """Judge everybody who is due, in batches of a transaction each; several workers may sweep at the same time.

    What another worker holds, or a recomputation is about to write, is left to them and to the next sweep.
    """
    changes: list[Change] = []
    for workspace_id in _waiting(now):
        for _ in range(batches):
            judged, found = _one_batch(workspace_id, now)
            changes += found
            if judged < BATCH:
                break
    return changes


def next_due() -> datetime | None:
    """Return the next instant at which somebody is due, so that a simulated clock can stop there."""
    with connection.cursor() as cursor:
        cursor.execute("select min(due_at) from audiences_recheck")
        return cursor.fetchone()[0]  # type: ignore[no-any-return]


def _waiting(now: datetime) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("select distinct workspace_id from audiences_recheck where due_at <= %s order by 1", [now])
        return [workspace_id for (workspace_id,) in cursor.fetchall()]


@transaction.atomic
def _one_batch(workspace_id: int, now: datetime) -> tuple[int, list[Change]]:
    if not locks.share_if_free(workspace_id):
        return 0, []
    due = _claim(CLAIM, [workspace_id, now, BATCH])
    return len(due), _judge(workspace_id, due, now=now)


def sweep_segment(workspace_id: int, segment_id: int, *, after: UUID, until: datetime, now: datetime) -> list[UUID]:
    """Judge the next batch of those who were due for one segment by `until`, in the order of ids; return them.

    Call it in a transaction. Who is held by another worker is passed over.
    """
    locks.share(workspace_id)
    due = _claim(CLAIM_OF_SEGMENT, [segment_id, after, until, BATCH])
    _judge(workspace_id, due, now=now)
    return [one.person_id for one in due]


@dataclass(frozen=True, slots=True)
class _Due:
    segment_id: int
    person_id: UUID
    at: datetime
    gone: bool
    """merged into another person meanwhile"""


def _judge(workspace_id: int, due: Sequence[_Due], *, now: datetime) -> list[Change]:
    if not due:
        return []
    catalogue = live(workspace_id)
    _forget([one for one in due if one.gone or not catalogue.is_timed(one.segment_id)])
    by_person: dict[UUID, dict[int, datetime]] = defaultdict(dict)
    for one in due:
        if not one.gone:
            by_person[one.person_id][one.segment_id] = one.at
    tasks = {
        person_id: Task(places=places, since=min(moments.values()), due=moments)
        for person_id, moments in by_person.items()
        if (places := catalogue.of(moments))
    }
    return judge(workspace_id, catalogue, tasks, now=now)


def _claim(statement: str, given: list[Any]) -> list[_Due]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return [_Due(*row) for row in cursor.fetchall()]


def _forget(due: Sequence[_Due]) -> None:
    """Drop what waits for segments that are no longer live, or that no window can change any more."""
    if due:
        with connection.cursor() as cursor:
            cursor.execute(FORGET, [[one.segment_id for one in due], [one.person_id for one in due]])


# The people are locked too: whoever absorbs an event of theirs judges them with it, and comes first or afterwards.
CLAIM: Final = """
select r.segment_id, r.person_id, r.due_at, p.merged_into is not null
from audiences_recheck r join audiences_person p on p.id = r.person_id
where r.workspace_id = %s and r.due_at <= %s order by r.due_at limit %s for update of r, p skip locked
"""
CLAIM_OF_SEGMENT: Final = """
select r.segment_id, r.person_id, r.due_at, p.merged_into is not null
from audiences_recheck r join audiences_person p on p.id = r.person_id
where r.segment_id = %s and r.person_id > %s and r.due_at <= %s
order by r.person_id limit %s for update of r, p skip locked
"""
FORGET: Final = """
delete from audiences_recheck r using unnest(%s::bigint[], %s::uuid[]) as g(segment_id, person_id)
where r.segment_id = g.segment_id and r.person_id = g.person_id
"""
