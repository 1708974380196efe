"""Monthly partitions of the event table: made ahead of time, named by month."""

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime


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


def create_sql(month: date) -> str:
    """Return the statement that makes the partition of `month`, if it is not there yet."""
    name = f"audiences_event_{month:%Y_%m}"
    return (
        f"create table if not exists {name} partition of audiences_event "
        f"for values from ('{month_floor(month)}') to ('{month_floor(next_month(month))}')"
    )
