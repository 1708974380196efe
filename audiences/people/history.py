"""What people's traits were, and since when: every word with its event time, right in whatever order words arrive."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from audiences.intake.batches import EventRow
from audiences.people.profiles import traits_in
from config.kit.bulk import bulk_cursor

SETTLED: Final = timedelta(days=35)
"""After this long nothing comes between two words any more; those that only repeat the one before them can go."""

LOOKED_AT: Final = timedelta(days=7)
"""How much of what has settled is looked at: runs that were missed are made up for."""


class Word(msgspec.Struct, frozen=True):
    """A trait's value at an instant: person, name, time, value, source."""

    p: UUID
    n: str
    t: datetime
    v: Any
    s: str


def write(workspace_id: int, events: Sequence[EventRow]) -> None:
    """Keep what the events (already pointed to today's people) say of traits; of one instant, the last word."""
    record(
        workspace_id,
        [
            Word(event.person_id, name, event.event_time, value, event.kind.name.lower())
            for event in events
            for name, value in traits_in(event)
        ],
    )


def record(workspace_id: int, words: Sequence[Word]) -> None:
    """Keep words, in their order, in one statement: for whoever sets traits without an event."""
    last = {(word.p, word.n, word.t): word for word in words}
    if last:
        rows = [last[key] for key in sorted(last)]
        with bulk_cursor() as cursor:
            cursor.execute(WRITE, [workspace_id, msgspec.json.encode(rows).decode()])


def thin(now: datetime) -> int:
    """Drop the words that have just settled and only repeat the one before; return how many.

    A stretch begins where it began. Looks at some days only, found by their index, so that it may run each day.
    """
    with bulk_cursor() as cursor:
        cursor.execute(THIN, [now - SETTLED - LOOKED_AT, now - SETTLED])
        dropped: int = cursor.rowcount
    return dropped


WRITE: Final = """
insert into audiences_traitchange (person_id, name, at, workspace_id, value, source)
select p, n, t, %s, coalesce(v, 'null'), s from jsonb_to_recordset(%s::jsonb) as g(
    p uuid, n text, t timestamptz, v jsonb, s text)
on conflict (person_id, name, at) do update set value = excluded.value, source = excluded.source
"""
THIN: Final = """
delete from audiences_traitchange h where h.at >= %s and h.at < %s and h.value = (
    select w.value from audiences_traitchange w
    where w.person_id = h.person_id and w.name = h.name and w.at < h.at order by w.at desc limit 1)
"""
