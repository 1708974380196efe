"""Writes who entered and who left, when to look again, and tells the rest of the product by events."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from audiences.intake import Internal, emit
from audiences.reserved import SEGMENT_ENTERED, SEGMENT_LEFT
from config.kit import queues
from config.kit.bulk import bulk_cursor
from config.kit.nudge import nudge

ENTERED: Final = SEGMENT_ENTERED
LEFT: Final = SEGMENT_LEFT
EVENTS_AT_ONCE: Final = 5_000
NOBODY: Final[Mapping[UUID, int]] = {}


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """One answer: whether the person belongs now, whether they did, and when time alone may change it."""

    segment_id: int
    person_id: UUID
    held: bool
    was: bool
    at: datetime
    due: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A person entered a segment or left it; `stay` is the membership's id."""

    segment_id: int
    key: str
    person_id: UUID
    entered: bool
    at: datetime
    stay: int


def write(
    workspace_id: int,
    judged: Sequence[Judgement],
    *,
    keys: Mapping[int, str],
    quiet: Collection[UUID] = (),
    hops: Mapping[UUID, int] = NOBODY,
) -> list[Change]:
    """Write what differs from what stands, in one statement, and emit an event for each entry and exit.

    What is said of the `quiet` people starts nothing: a file of history moved them. `hops` tells how many actions of
    rules moved somebody.
    """
    if not judged:
        return []
    with bulk_cursor() as cursor:
        cursor.execute(WRITE, {"judged": msgspec.json.encode(judged).decode(), "workspace": workspace_id})
        rows = cursor.fetchall()
    changes = [
        Change(segment_id=segment, key=keys[segment], person_id=person, entered=entered, at=at, stay=stay)
        for segment, person, entered, at, stay in rows
    ]
    announce(workspace_id, changes, quiet=quiet, hops=hops)
    return changes


def announce(
    workspace_id: int, changes: Iterable[Change], *, quiet: Collection[UUID] = (), hops: Mapping[UUID, int] = NOBODY
) -> None:
    """Emit `segment.entered` and `segment.left`: events like any other, which rules and flows may wait for."""
    told = [
        Internal(
            person_id=change.person_id,
            name=ENTERED if change.entered else LEFT,
            at=change.at,
            dedupe=f"{ENTERED if change.entered else LEFT} {change.stay}",
            properties={"segment": change.key},
            imported=change.person_id in quiet,
            hops=hops.get(change.person_id, 0),
        )
        for change in changes
    ]
    for start in range(0, len(told), EVENTS_AT_ONCE):
        emit(workspace_id, told[start : start + EVENTS_AT_ONCE])
    if told:
        nudge(queues.DRAIN_INTAKE)


# A stay never ends before it began, nor begins before the one before it ended, however late the causes arrive.
WRITE: Final = """
with judged as materialized (
    select * from jsonb_to_recordset(%(judged)s::jsonb) as g(
        segment_id bigint, person_id uuid, held boolean, was boolean, at timestamptz, due timestamptz)
), gone as (
    update audiences_membership m set left_at = greatest(m.entered_at, g.at)
    from judged g
    where g.was and not g.held and m.segment_id = g.segment_id and m.person_id = g.person_id and m.left_at is null
    returning m.segment_id, m.person_id, false as entered, m.left_at as at, m.id
), come as (
    insert into audiences_membership (segment_id, workspace_id, person_id, entered_at)
    select g.segment_id, %(workspace)s, g.person_id, greatest(g.at, (
        select max(m.left_at) from audiences_membership m
        where m.person_id = g.person_id and m.segment_id = g.segment_id))
    from judged g where g.held and not g.was order by g.segment_id, g.person_id
    on conflict (segment_id, person_id) where left_at is null do nothing
    returning segment_id, person_id, true as entered, entered_at as at, id
), settled as (
    delete from audiences_recheck r using judged g
    where g.due is null and r.segment_id = g.segment_id and r.person_id = g.person_id
), awaited as (
    insert into audiences_recheck (segment_id, person_id, workspace_id, due_at)
    select g.segment_id, g.person_id, %(workspace)s, g.due
    from judged g left join audiences_recheck r on r.segment_id = g.segment_id and r.person_id = g.person_id
    where g.due is not null and r.due_at is distinct from g.due order by g.segment_id, g.person_id
    on conflict (segment_id, person_id) do update set due_at = excluded.due_at
)
select * from gone union all select * from come order by id
"""
