"""Makes room ahead of time and forgets in time: monthly partitions; keys that no client repeats; old refusals."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
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


def forget_refusals(*, now: datetime) -> int:
    """Delete what was refused more than 35 days ago, in chunks; return how many."""
    return _in_chunks(FORGET_REFUSALS, [CHUNK, now - KEEP_KEYS])


def _forget_in(table: str, oldest_kept: UUID) -> int:
    return _in_chunks(FORGET.format(table=table), [oldest_kept, CHUNK])


def _in_chunks(statement: str, parameters: Sequence[Any]) -> int:
    forgotten = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            deleted: int = cursor.rowcount
        forgotten += deleted
        if deleted < CHUNK:
            return forgotten


FORGET: Final = """
delete from {table} where ctid = any(array(select ctid from {table} where event_id < %s limit %s))
"""
FORGET_REFUSALS: Final = """
delete from audiences_refusal where id in (
    select id from (select id, at from audiences_refusal order by id limit %s) as oldest where at < %s)
"""
