"""Brings a whole segment up to date in one statement: after its definition has changed, or to check the bookkeeping."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from audiences.conditions import Condition
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


def take_once(workspace_id: int, segment_id: int, key: str, condition: Condition, *, now: datetime) -> list[Change]:
    """Fill a snapshot: those who satisfy the condition now become its members, and nothing changes them later."""
    return _write(workspace_id, segment_id, key, condition, now=now, again=False)


def _difference(workspace_id: int, one: Live, *, now: datetime) -> list[Change]:
    return _write(workspace_id, one.id, one.key, one.condition, now=now, again=one.timed)


def _write(
    workspace_id: int, segment_id: int, key: str, condition: Condition, *, now: datetime, again: bool
) -> list[Change]:
    compiled = compile_for_people(workspace_id, condition, now=now, with_changes=again)
    judged = compiled.select(f"{compiled.key} as person_id, {compiled.held[0]} as held, {compiled.changes} as due")
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENCE.replace("JUDGED", judged), compiled.params() | {"segment": segment_id})
        rows = cursor.fetchall()
    changes = [
        Change(segment_id=segment_id, key=key, person_id=person, entered=entered, at=at, stay=stay)
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
CLOSE: Final = """
with settled as (delete from audiences_recheck where segment_id = %(segment)s)
update audiences_membership set left_at = greatest(entered_at, %(now)s)
where segment_id = %(segment)s and left_at is null returning person_id, left_at, id
"""
