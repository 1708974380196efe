"""Counts what came in twice: a repetition leaves no row of its own, and senders ask how many there were."""

from datetime import datetime
from typing import Final

from django.db import connection

COUNT: Final = """
insert into audiences_repetition as kept (workspace_id, day, slot, n) values (%s, %s, pg_backend_pid() %% 64, %s)
on conflict (workspace_id, day, slot) do update set n = kept.n + excluded.n
"""


def count_repetitions(workspace_id: int, n: int, *, at: datetime) -> None:
    """Add `n` to the day's count, in the connection's own row: requests at the same time wait for no other's commit."""
    if n:
        with connection.cursor() as cursor:
            cursor.execute(COUNT, [workspace_id, at.date(), n])
