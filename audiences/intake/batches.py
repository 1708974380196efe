"""Hands accepted events on, one ordered partition at a time, exactly once: a slice lives until it is finished."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from audiences.intake.models import IMPERSONAL, PARTITIONS, EventKind
from config.kit.bulk import bulk_cursor
from config.kit.ids import instant_of

IMPORTED: Final = "signalbox_import"
"""The key of an event's context that says from which import it came: it counts as history and starts nothing."""
HOPS: Final = "signalbox_hops"
"""The key of an own event's context that says how many actions of rules led to it."""
LATE: Final = "signalbox_late_s"
"""The key beside it that says how many seconds late the event was which began that."""
LOCK_CLASS: Final = 0x51_60
"""First half of the advisory lock's key; the second half is the partition."""


class EventRow(msgspec.Struct, frozen=True, kw_only=True):
    """One stored event, as rules, segments and flows read it."""

    id: uuid.UUID
    workspace_id: int
    person_id: uuid.UUID
    kind: EventKind
    name: str
    event_time: datetime
    user_id: str | None
    anonymous_id: str | None
    properties: Mapping[str, Any]
    context: Mapping[str, Any] | None

    @property
    def received_at(self) -> datetime:
        return instant_of(self.id)

    @property
    def personal(self) -> bool:
        """Whether it is about a person, and not about a brand or another group of events."""
        return self.kind not in IMPERSONAL

    @property
    def imported(self) -> bool:
        """Whether it was read from a file of history."""
        return self.context is not None and IMPORTED in self.context

    @property
    def hops(self) -> int:
        """How many actions of rules lie between this event and one from outside."""
        return int(self._own(HOPS))

    @property
    def lateness(self) -> timedelta:
        """How late it came in after it happened; what a rule told is as late as the event that the rule was on."""
        return timedelta(seconds=self._own(LATE)) if self.hops else self.received_at - self.event_time

    def _own(self, key: str) -> float:
        """Return a number of the context that only the product writes: senders' contexts may say anything."""
        if self.kind not in (EventKind.INTERNAL, EventKind.SIGNAL) or self.context is None:
            return 0
        found: float = self.context.get(key, 0)
        return found


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """The oldest waiting events of one partition and one workspace, in order of receipt."""

    partition: int
    workspace_id: int
    slices: tuple[uuid.UUID, ...]
    events: tuple[EventRow, ...]


def partition_of(person_id: uuid.UUID) -> int:
    """Return the ordered stream that the person's events belong to."""
    return person_id.int % PARTITIONS


def waiting_partitions() -> list[int]:
    """Return the partitions in which something waits."""
    with bulk_cursor() as cursor:
        cursor.execute(WAITING, [PARTITIONS])
        return [partition for (partition,) in cursor.fetchall()]


def claim_batch(partition: int, *, limit: int = 500) -> Batch | None:
    """Take the partition's oldest events for the rest of the caller's transaction.

    None when another worker holds the partition, or when nothing waits. One slice at least is taken, so a
    batch may exceed `limit` by less than one slice.
    """
    with bulk_cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s, %s)", [LOCK_CLASS, partition])
        if not cursor.fetchone()[0]:
            return None
        cursor.execute(OLDEST_SLICES, [partition, limit])
        slices = _head(cursor.fetchall(), limit)
        if not slices:
            return None
        cursor.execute(f"{SELECT_EVENTS} where id = any(%s) order by id", [_ids_of(slices)])
        events = tuple(read_event(row) for row in cursor.fetchall())
    first_ids = tuple(first for first, _, _ in slices)
    return Batch(partition=partition, workspace_id=slices[0][2], slices=first_ids, events=events)


def finish(batch: Batch) -> None:
    """Forget the batch's slices; call it in the transaction that records what the events caused."""
    with bulk_cursor() as cursor:
        cursor.execute(
            "delete from audiences_slice where partition = %s and first_id = any(%s)",
            [batch.partition, list(batch.slices)],
        )


WAITING: Final = """
select p from generate_series(0, %s - 1) as p where exists (select from audiences_slice where partition = p)
"""
OLDEST_SLICES: Final = """
select first_id, last_id, workspace_id from audiences_slice where partition = %s order by first_id limit %s
"""
SELECT_EVENTS: Final = """
select id, workspace_id, person_id, kind, name, event_time, user_id, anonymous_id, properties::text, context::text
from audiences_event
"""

_SliceRow = tuple[uuid.UUID, uuid.UUID, int]


def _head(rows: Sequence[_SliceRow], limit: int) -> list[_SliceRow]:
    """Keep the oldest slices of the oldest slice's workspace, up to `limit` events."""
    taken: list[_SliceRow] = []
    room = limit
    for row in rows:
        first, last, workspace_id = row
        if room <= 0:
            break
        if workspace_id == rows[0][2]:
            taken.append(row)
            room -= last.int - first.int + 1
    return taken


def _ids_of(slices: Sequence[_SliceRow]) -> list[uuid.UUID]:
    return [uuid.UUID(int=number) for first, last, _ in slices for number in range(first.int, last.int + 1)]


def read_event(row: Sequence[Any]) -> EventRow:
    """Build an event from a row of `SELECT_EVENTS`."""
    ident, workspace_id, person_id, kind, name, at, user_id, anonymous_id, properties, context = row
    return EventRow(
        id=ident,
        workspace_id=workspace_id,
        person_id=person_id,
        kind=EventKind(kind),
        name=name,
        event_time=at,
        user_id=user_id,
        anonymous_id=anonymous_id,
        properties=msgspec.json.decode(properties),
        context=None if context is None else msgspec.json.decode(context),
    )
