"""Brings a whole segment up to date in one statement: after its definition has changed, or to check the bookkeeping."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from audiences.segments import locks
from audiences.segments.catalogue import Live, live
from audiences.segments.sql import compile_for_people
from audiences.segments.stays import Change, announce


@transaction.atomic
def recompute(workspace_id: int, segment_id: int, *, now: datetime) -> list[Change]:
    """Judge everybody by the segment's live version, and then by the segments that depend on it.

    Writes only the difference, as `rejudge` would have. Holds the workspace's segment lock alone.
    """
    locks.own(workspace_id)
    catalogue = live(workspace_id)
    first = catalogue.get(segment_id)
    if first is None:
        return []
    changes = _difference(workspace_id, first, now=now)
    return changes + recompute_readers(workspace_id, first.key, now=now) if changes else []


@transaction.atomic
def recompute_readers(workspace_id: int, key: str, *, now: datetime) -> list[Change]:
    """Judge everybody by the segments that read this one, which has just changed, and by the readers of those."""
    locks.own(workspace_id)
    moved, changes = {key}, list[Change]()
    for one in live(workspace_id).after(key):
        if moved & one.needs.segments and (found := _difference(workspace_id, one, now=now)):
            moved.add(one.key)
            changes += found
    return changes


@transaction.atomic
def recompute_all(workspace_id: int, *, now: datetime) -> list[Change]:
    """Judge everybody by every segment; what this finds is a fault in the bookkeeping, or nothing."""
    locks.own(workspace_id)
    return [change for one in live(workspace_id).segments for change in _difference(workspace_id, one, now=now)]


def find_differences(workspace_id: int, one: Live, *, now: datetime) -> int:
    """Find, in one statement and without holding anybody up, who is inside and should not be, or the other way round.

    They become due now, and the sweep judges them by what is known then. Return how many there are. An event that
    comes in between is judged by the new version anyway, and somebody who is due in vain is merely judged once more.
    """
    compiled = compile_for_people(workspace_id, one.condition, now=now, with_changes=one.timed)
    judged = compiled.select(f"{compiled.key} as person_id, {compiled.held[0]} as held, {compiled.changes} as due")
    with connection.cursor() as cursor:
        cursor.execute(FIND.replace("JUDGED", judged), compiled.params() | {"segment": one.id})
        return int(cursor.fetchone()[0])


def _difference(workspace_id: int, one: Live, *, now: datetime) -> list[Change]:
    """Judge everybody by one segment and write what differs, in one statement."""
    compiled = compile_for_people(workspace_id, one.condition, now=now, with_changes=one.timed)
    judged = compiled.select(f"{compiled.key} as person_id, {compiled.held[0]} as held, {compiled.changes} as due")
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENCE.replace("JUDGED", judged), compiled.params() | {"segment": one.id})
        rows = cursor.fetchall()
    changes = [
        Change(segment_id=one.id, key=one.key, person_id=person, entered=entered, at=at, stay=stay)
        for person, entered, at, stay in rows
    ]
    announce(workspace_id, changes)
    return changes


def close(workspace_id: int, segment_id: int, key: str, *, now: datetime) -> list[Change]:
    """Let everybody leave, and wait for nobody."""
    with connection.cursor() as cursor:
        cursor.execute(CLOSE, {"segment": segment_id, "now": now})
        rows: list[tuple[UUID, datetime, int]] = cursor.fetchall()
    changes = [
        Change(segment_id=segment_id, key=key, person_id=person, entered=False, at=at, stay=stay)
        for person, at, stay in rows
    ]
    announce(workspace_id, changes)
    return changes


DIFFERENCE: Final = """
with judged as materialized (JUDGED), gone as (
    update audiences_membership m set left_at = greatest(m.entered_at, %(now)s)
    where m.segment_id = %(segment)s and m.left_at is null
    and not exists (select from judged g where g.person_id = m.person_id and g.held)
    returning m.person_id, false as entered, m.left_at as at, m.id
), come as (
    insert into audiences_membership (segment_id, workspace_id, person_id, entered_at)
    select %(segment)s, %(workspace)s, g.person_id, %(now)s from judged g
    where g.held and not exists (
        select from audiences_membership m
        where m.segment_id = %(segment)s and m.person_id = g.person_id and m.left_at is null)
    order by g.person_id
    returning person_id, true as entered, entered_at as at, id
), settled as (
    delete from audiences_recheck r where r.segment_id = %(segment)s
    and not exists (select from judged g where g.person_id = r.person_id and g.due is not null)
), awaited as (
    insert into audiences_recheck (segment_id, person_id, workspace_id, due_at)
    select %(segment)s, g.person_id, %(workspace)s, g.due
    from judged g left join audiences_recheck r on r.segment_id = %(segment)s and r.person_id = g.person_id
    where g.due is not null and r.due_at is distinct from g.due order by g.person_id
    on conflict (segment_id, person_id) do update set due_at = excluded.due_at
)
select * from gone union all select * from come order by id
"""
# An instant that stands may be earlier than needed, but never later. Most do stand: to look is cheaper than to try.
FIND: Final = """
with judged as (JUDGED), wanted as (
    select g.person_id, case when g.held is distinct from (m.id is not null) then %(now)s else g.due end as due_at
    from judged g left join audiences_membership m
    on m.segment_id = %(segment)s and m.person_id = g.person_id and m.left_at is null
), found as (
    insert into audiences_recheck as r (segment_id, person_id, workspace_id, due_at)
    select %(segment)s, w.person_id, %(workspace)s, w.due_at
    from wanted w left join audiences_recheck s on s.segment_id = %(segment)s and s.person_id = w.person_id
    where w.due_at < coalesce(s.due_at, 'infinity')
    on conflict (segment_id, person_id) do update set due_at = excluded.due_at where r.due_at > excluded.due_at
    returning due_at
)
select count(*) from found where due_at <= %(now)s
"""
CLOSE: Final = """
with settled as (delete from audiences_recheck where segment_id = %(segment)s)
update audiences_membership set left_at = greatest(entered_at, %(now)s)
where segment_id = %(segment)s and left_at is null returning person_id, left_at, id
"""
