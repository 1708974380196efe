"""Takes people into snapshots and freshly made static segments: everybody who satisfies the condition, in slices."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from audiences.conditions import Condition, Place, parse
from audiences.segments import locks
from audiences.segments.catalogue import live
from audiences.segments.judging import Task, judge
from audiences.segments.models import Segment
from audiences.segments.sql import compile_for_people, members
from audiences.segments.stays import Change, announce

SLICE: Final = 1_000
FIRST: Final = UUID(int=0)


def condition_of(segment: Segment) -> Condition | None:
    """Return the condition of the live version, None where it has none."""
    where = segment.live.definition.get("where") if segment.live else None
    return parse(where, place=Place.SEGMENT, path="/where") if where else None


def fill(segment: Segment, *, now: datetime) -> None:
    """Fill the segment at once, in the caller's transaction."""
    last: UUID | None = FIRST
    while last is not None:
        last, _ = fill_slice(segment, after=last, now=now)


@transaction.atomic
def fill_slice(segment: Segment, *, after: UUID, now: datetime) -> tuple[UUID | None, int]:
    """Take in the next thousand people by id; return the last of them (None at the end), and how many they were.

    Who no longer satisfies the condition leaves a snapshot; from a static segment only hands take people out.
    """
    locks.share(segment.workspace_id)
    people, condition = _next(segment.workspace_id, after), condition_of(segment)
    if people and condition is not None:
        inside = members(compile_for_people(segment.workspace_id, condition, now=now, people=people))
        outside = [person_id for person_id in people if person_id not in inside]
        changes = enter(segment, sorted(inside), now=now)
        if segment.kind == "snapshot":
            changes += leave(segment, outside, now=now)
        tell(segment, changes, now=now)
    return (people[-1] if len(people) == SLICE else None), len(people)


@transaction.atomic
def readmit(segment: Segment, *, left_at: datetime, now: datetime) -> None:
    """Let those back in who left at one instant, all together: when the segment was archived."""
    locks.share(segment.workspace_id)
    left = segment.memberships.filter(left_at=left_at).order_by("person_id").values_list("person_id", flat=True)
    people = list(dict.fromkeys(left))
    for start in range(0, len(people), SLICE):
        tell(segment, enter(segment, people[start : start + SLICE], now=now), now=now)


def enter(segment: Segment, people: Sequence[UUID], *, now: datetime) -> list[Change]:
    """Open stays for people who are not inside and were not taken out by hand."""
    return [_change(segment, row, entered=True) for row in _run(ENTER, segment, people, now=now)]


def leave(segment: Segment, people: Sequence[UUID], *, now: datetime) -> list[Change]:
    """End the open stays of people."""
    return [_change(segment, row, entered=False) for row in _run(LEAVE, segment, people, now=now)]


def tell(segment: Segment, changes: Sequence[Change], *, now: datetime) -> None:
    """Emit the events, and judge the same people by the segments that read this one."""
    announce(segment.workspace_id, changes)
    catalogue = live(segment.workspace_id)
    if places := catalogue.readers(segment.key):
        tasks = {change.person_id: Task(places=places, since=now) for change in changes}
        judge(segment.workspace_id, catalogue, tasks, now=now)


def _next(workspace_id: int, after: UUID) -> list[UUID]:
    """Hold the people as an event of theirs would, so that both judge one after the other."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [workspace_id, after, SLICE])
        return [person_id for (person_id,) in cursor.fetchall()]


def _run(statement: str, segment: Segment, people: Sequence[UUID], *, now: datetime) -> list[tuple[Any, ...]]:
    given: dict[str, Any] = {
        "segment": segment.pk,
        "workspace": segment.workspace_id,
        "people": list(people),
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())


def _change(segment: Segment, row: tuple[Any, ...], *, entered: bool) -> Change:
    person_id, at, stay = row
    return Change(segment_id=segment.pk, key=segment.key, person_id=person_id, entered=entered, at=at, stay=stay)


NEXT: Final = """
select id from audiences_person where workspace_id = %s and merged_into is null and id > %s
order by id limit %s for update
"""
# a stay never begins before the one before it ended
ENTER: Final = """
insert into audiences_membership (segment_id, workspace_id, person_id, entered_at)
select %(segment)s, %(workspace)s, g.id, greatest(%(now)s, (
    select max(m.left_at) from audiences_membership m where m.person_id = g.id and m.segment_id = %(segment)s))
from unnest(%(people)s::uuid[]) as g(id)
where not exists (select from audiences_removal r where r.segment_id = %(segment)s and r.person_id = g.id)
order by g.id
on conflict (segment_id, person_id) where left_at is null do nothing
returning person_id, entered_at, id
"""
LEAVE: Final = """
update audiences_membership set left_at = greatest(entered_at, %(now)s)
where segment_id = %(segment)s and person_id = any(%(people)s) and left_at is null
returning person_id, left_at, id
"""
