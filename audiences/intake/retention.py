"""Makes room ahead of time and forgets in time: monthly partitions, and the keys of messages that no client repeats."""

from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from audiences.intake.partitions import attach_sql, missing_months, move_sql

KEEP_KEYS: Final = timedelta(days=35)
KEY_TABLES: Final = 8
CHUNK: Final = 5_000
MONTHS_AHEAD: Final = 3


def make_partitions(*, now: datetime) -> list[date]:
    """Make the event table's partitions of this month and the next ones; return those that were missing."""
    made = []
    for month in missing_months(now.date(), MONTHS_AHEAD):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set local lock_timeout = '2s'")  # ingest goes on; the next hour tries again
            for statement in (*move_sql(month), attach_sql(month)):
                cursor.execute(statement)
        made.append(month)
    return made


def forget_keys(*, now: datetime) -> int:
    """Delete the keys that are older than 35 days, in chunks that hold nobody up; return how many."""
    oldest_kept = UUID(int=int((now.astimezone(UTC) - KEEP_KEYS).timestamp() * 1000) << 80)
    return sum(_forget_in(f"audiences_event_key_{number}", oldest_kept) for number in range(KEY_TABLES))


def _forget_in(table: str, oldest_kept: UUID) -> int:
    forgotten = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(FORGET.format(table=table), [oldest_kept, CHUNK])
            deleted: int = cursor.rowcount
            forgotten += deleted
            if deleted < CHUNK:
                return forgotten


FORGET: Final = """
delete from {table} where ctid = any(array(select ctid from {table} where event_id < %s limit %s))
"""
