"""Monthly partitions of the event table: made ahead of time, named by month."""

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Final

from django.db import connection


def month_floor(month: date) -> uuid.UUID:
    """Return the lowest UUIDv7 that can be made in `month`."""
    start = datetime(month.year, month.month, 1, tzinfo=UTC)
    return uuid.UUID(int=int(start.timestamp() * 1000) << 80)


def next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def months_from(first: date, count: int) -> Iterator[date]:
    month = date(first.year, first.month, 1)
    for _ in range(count):
        yield month
        month = next_month(month)


def name_of(month: date) -> str:
    return f"audiences_event_{month:%Y_%m}"


def create_sql(month: date) -> str:
    """Return the statement that makes the partition of `month`, if it is not there yet."""
    return (
        f"create table if not exists {name_of(month)} partition of audiences_event "
        f"for values from ('{month_floor(month)}') to ('{month_floor(next_month(month))}')"
    )


def missing_months(first: date, count: int) -> list[date]:
    """Return which of the months have no partition."""
    months = {name_of(month): month for month in months_from(first, count)}
    with connection.cursor() as cursor:
        cursor.execute("select name from unnest(%s::text[]) as name where to_regclass(name) is null", [list(months)])
        return sorted(months[name] for (name,) in cursor.fetchall())


def move_sql(month: date) -> Iterator[str]:
    """Yield what makes the month's table and fills it with what fell into the default partition meanwhile."""
    yield f"create table {name_of(month)} (like audiences_event including defaults including constraints)"
    low, high = month_floor(month), month_floor(next_month(month))
    yield MOVE.format(low=low, high=high, table=name_of(month))


def attach_sql(month: date) -> str:
    """Return the statement that makes the table a partition; unlike creating one, it locks writers out of nothing."""
    return (
        f"alter table audiences_event attach partition {name_of(month)} "
        f"for values from ('{month_floor(month)}') to ('{month_floor(next_month(month))}')"
    )


MOVE: Final = """
with late as (delete from audiences_event_other where id >= '{low}' and id < '{high}' returning *)
insert into {table} select * from late
"""
