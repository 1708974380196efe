"""Lets windows pass: judges people again when the instant has come at which time alone may change the answer (S1)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Final
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
    due = _claim(workspace_id, now)
    if not due:
        return 0, []
    catalogue = live(workspace_id)
    _forget((segment for segment, _ in due if not catalogue.is_timed(segment)), {person for _, person in due})
    by_person: dict[UUID, list[int]] = defaultdict(list)
    for segment_id, person_id in due:
        by_person[person_id].append(segment_id)
    tasks = {person: Task(places=catalogue.of(segments), at=now) for person, segments in by_person.items()}
    return len(due), judge(workspace_id, catalogue, {p: t for p, t in tasks.items() if t.places}, now=now)


def _claim(workspace_id: int, now: datetime) -> list[tuple[int, UUID]]:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [workspace_id, now, BATCH])
        return [(segment_id, person_id) for segment_id, person_id in cursor.fetchall()]


def _forget(segments: Iterable[int], people: set[UUID]) -> None:
    """Drop what waits for segments that are no longer live, or that no window can change any more."""
    if ids := set(segments):
        with connection.cursor() as cursor:
            cursor.execute(FORGET, [list(ids), list(people)])


# The people are locked too: whoever absorbs an event of theirs judges them with it, and comes first or afterwards.
CLAIM: Final = """
select r.segment_id, r.person_id from audiences_recheck r join audiences_person p on p.id = r.person_id
where r.workspace_id = %s and r.due_at <= %s order by r.due_at limit %s for update of r, p skip locked
"""
FORGET: Final = "delete from audiences_recheck where segment_id = any(%s) and person_id = any(%s)"
