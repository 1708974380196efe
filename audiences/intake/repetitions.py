"""Counts what came in twice: a repetition leaves no row of its own, and senders ask how many there were."""

from datetime import datetime
from typing import Final

from django.db import connection

COUNT: Final = """
insert into audiences_repetition as kept (workspace_id, day, n) values (%s, %s, %s)
on conflict (workspace_id, day) do update set n = kept.n + excluded.n
"""


def count_repetitions(workspace_id: int, n: int, *, at: datetime) -> None:
    """Add `n` to the day's count; a request without repetitions costs nothing."""
    if n:
        with connection.cursor() as cursor:
            cursor.execute(COUNT, [workspace_id, at.date(), n])
