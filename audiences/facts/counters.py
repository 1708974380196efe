"""Keeps how often, first and last, per person and event name."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.db.models import Sum

from audiences.facts.models import EventCount
from audiences.intake.batches import EventRow
from config.kit.bulk import bulk_cursor


def count(workspace_id: int, events: Sequence[EventRow]) -> None:
    """Add the events to their people's counters, in one statement and one order for everyone."""
    tally: dict[tuple[UUID, str], tuple[int, datetime, datetime]] = {}
    for event in events:
        at = event.event_time
        n, first, last = tally.get((event.person_id, event.name), (0, at, at))
        tally[event.person_id, event.name] = n + 1, min(first, at), max(last, at)
    rows = [{"p": p, "m": m, "n": n, "f": f, "l": z} for (p, m), (n, f, z) in sorted(tally.items())]
    if rows:
        with bulk_cursor() as cursor:
            cursor.execute(COUNT, [workspace_id, msgspec.json.encode(rows).decode()])


def events_counted(person_id: UUID) -> int:
    """Return how many events there are about a person."""
    return EventCount.objects.filter(person_id=person_id).aggregate(n=Sum("n"))["n"] or 0


COUNT = """
insert into audiences_eventcount as c (person_id, name, workspace_id, n, first_at, last_at)
select p, m, %s, n, f, l from jsonb_to_recordset(%s::jsonb) as g(
    p uuid, m text, n bigint, f timestamptz, l timestamptz)
on conflict (person_id, name) do update
set n = c.n + excluded.n, first_at = least(c.first_at, excluded.first_at),
    last_at = greatest(c.last_at, excluded.last_at)
"""
