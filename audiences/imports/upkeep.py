"""Forgets what an import leaves behind: refused rows hold people's data in full, and nobody mends them after weeks."""

from datetime import datetime, timedelta
from typing import Final

from django.db import connection

KEEP: Final = timedelta(days=35)
CHUNK: Final = 5_000
FORGET: Final = """
delete from audiences_refusedrow where id in (
    select r.id from audiences_refusedrow r join audiences_import i on i.id = r.source_id
    where i.created_at < %s limit %s)
"""


def forget_refused_rows(*, now: datetime) -> int:
    """Delete the refused rows of imports older than 35 days, in chunks that hold nobody up; return how many."""
    forgotten = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(FORGET, [now - KEEP, CHUNK])
            deleted: int = cursor.rowcount
        forgotten += deleted
        if deleted < CHUNK:
            return forgotten
