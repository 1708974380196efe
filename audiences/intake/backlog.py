"""How far the processing of accepted events is behind."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from config.kit.ids import instant_of

# the ids of a slice are a gapless run that counts in its last 16 bits
WAITING: Final = """
select sum(('x' || right(last_id::text, 4))::bit(16)::int - ('x' || right(first_id::text, 4))::bit(16)::int + 1),
       min(first_id::text)::uuid
from audiences_slice where workspace_id = %s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """The events that are stored and not processed yet, and since when the oldest of them waits."""

    events: int
    waits: timedelta


def backlog(workspace_id: int, *, now: datetime) -> Backlog:
    """Return what waits in a workspace now."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [workspace_id])
        events, oldest = cursor.fetchone() or (0, None)
    waits = now - instant_of(oldest) if oldest else timedelta(0)
    return Backlog(events=int(events or 0), waits=max(waits, timedelta(0)))
