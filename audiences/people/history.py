"""What people's traits were, and since when: every word with its event time, right in whatever order words arrive."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any, Final
from uuid import UUID

import msgspec

from audiences.intake.batches import EventRow
from audiences.intake.models import EventKind
from audiences.people.labelling import as_list, joined
from audiences.people.profiles import label_in, traits_in
from audiences.reserved import LABELS
from config.kit.bulk import bulk_cursor

SETTLED: Final = timedelta(days=35)
"""After this long nothing comes between two words any more; those that only repeat the one before them can go."""

LOOKED_AT: Final = timedelta(days=7)
"""How much of what has settled is looked at: runs that were missed are made up for."""

RULE: Final = "rule"
"""The source of what a rule set."""

ADDED: Final = "label"
"""The source of words that add to the labels; every other word sets the list as a whole."""


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
            Word(event.person_id, name, event.event_time, value, _source(event))
            for event in events
            for name, value in traits_in(event)
            if name != LABELS
        ],
    )
    labelled = [event for event in events if label_in(event) is not None or LABELS in dict(traits_in(event))]
    if labelled:
        record(workspace_id, _of_labels(labelled))


def _source(event: EventRow) -> str:
    return RULE if event.kind == EventKind.INTERNAL else event.kind.name.lower()


def _of_labels(events: Iterable[EventRow]) -> list[Word]:
    """Return the words that labels make, in the order in which they came: the list as it stood with each.

    Those that were added later, until the list was set as a whole, are told anew on the new ground.
    """
    events = list(events)
    known = _told_of_labels({event.person_id for event in events})
    fresh: dict[tuple[UUID, datetime], Word] = {}
    for event in events:
        words, at = known.setdefault(event.person_id, []), event.event_time
        until = [word for word in words if word.t <= at]
        after = [word for word in words if word.t > at]
        later = list(takewhile(lambda word: word.s == ADDED, after))
        told = [_told(event, until), *_on_new_ground(_told(event, until).v, until, later)]
        known[event.person_id] = [*(word for word in until if word.t < at), *told, *after[len(later) :]]
        fresh |= {(word.p, word.t): word for word in told}
    return list(fresh.values())


def _told(event: EventRow, until: Sequence[Word]) -> Word:
    label, latest = label_in(event), until[-1] if until else None
    if label is None:
        return Word(event.person_id, LABELS, event.event_time, dict(traits_in(event))[LABELS], _source(event))
    stays_whole = latest is not None and latest.t == event.event_time and latest.s != ADDED
    value = joined(latest.v if latest else None, [label])
    return Word(event.person_id, LABELS, event.event_time, value, latest.s if latest and stays_whole else ADDED)


def _on_new_ground(ground: Any, until: Sequence[Word], later: Iterable[Word]) -> Iterator[Word]:
    before = as_list(until[-1].v if until else None)
    for word in later:
        ground = joined(ground, [label for label in as_list(word.v) if label not in before])
        before = as_list(word.v)
        yield Word(word.p, LABELS, word.t, ground, ADDED)


def _told_of_labels(people: Collection[UUID]) -> dict[UUID, list[Word]]:
    found: dict[UUID, list[Word]] = {}
    with bulk_cursor() as cursor:
        cursor.execute(TOLD, [list(people), LABELS])
        for person_id, at, value, source in cursor.fetchall():
            found.setdefault(person_id, []).append(Word(person_id, LABELS, at, msgspec.json.decode(value), source))
    return found


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
TOLD: Final = """
select person_id, at, value::text, source from audiences_traitchange
where person_id = any(%s) and name = %s order by person_id, at
"""
THIN: Final = """
delete from audiences_traitchange h where h.at >= %s and h.at < %s and h.value = (
    select w.value from audiences_traitchange w
    where w.person_id = h.person_id and w.name = h.name and w.at < h.at order by w.at desc limit 1)
"""
