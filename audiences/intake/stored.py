"""Reads events back by id and by person, as rules and explanations see them."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from audiences.intake.batches import SELECT_EVENTS, EventRow, read_event
from audiences.intake.models import Event


def events(workspace_id: int, *, name: str = "") -> QuerySet[Event]:
    """Return the workspace's events; order and bounds are the caller's."""
    found = Event.objects.filter(workspace_id=workspace_id)
    return found.filter(name=name.replace("\x00", "")) if name else found


def stored_events(workspace_id: int, event_ids: Collection[UUID]) -> dict[UUID, EventRow]:
    """Return those of the events that are stored in the workspace."""
    with connection.cursor() as cursor:
        cursor.execute(f"{SELECT_EVENTS} where id = any(%s) and workspace_id = %s", [list(event_ids), workspace_id])
        return {event.id: event for event in map(read_event, cursor.fetchall())}


def recent_events(workspace_id: int, person_id: UUID, *, names: Sequence[str], limit: int) -> list[EventRow]:
    """Return the person's latest events of the given names, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(SELECT_EVENTS + LATEST, [person_id, workspace_id, list(names), limit])
        return [read_event(row) for row in cursor.fetchall()]


def latest_events(workspace_id: int, names: Sequence[str], *, limit: int) -> list[EventRow]:
    """Return events of the given names among the last `AMONG` of the workspace, the last received first."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_RECEIVED, {"workspace": workspace_id, "among": AMONG, "names": list(names), "limit": limit})
        found = [ident for (ident,) in cursor.fetchall()]
    rows = stored_events(workspace_id, found)
    return [rows[ident] for ident in found if ident in rows]


AMONG: Final = 20_000
LAST_RECEIVED: Final = """
select id from (
    select id, name from audiences_event where workspace_id = %(workspace)s order by id desc limit %(among)s
) as latest where name = any(%(names)s) order by id desc limit %(limit)s
"""
LATEST: Final = """
where person_id = %s and workspace_id = %s and name = any(%s) order by event_time desc, id desc limit %s
"""
