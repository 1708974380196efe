"""Keeps the tables of rules over time small: what no window and no late event can reach any more is forgotten."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from campaigns.rules.streams.catalogue import timed
from campaigns.rules.streams.watches import Watch

BATCH: Final = 10_000
AFTERWARDS: Final = timedelta(days=1)
"""How long the rows of a rule stay that counts no more."""


def forget_streams(*, now: datetime, lateness: Callable[[int], timedelta]) -> int:
    """Delete what is too old, in transactions of a batch each; return how many rows.

    `lateness` tells how late an event may come in a workspace and still be judged.
    """
    deleted = 0
    for workspace_id in _workspaces():
        watches = list(timed(workspace_id).watches.by_id.values())
        late = lateness(workspace_id)
        for statement, given in _statements(workspace_id, watches, late=late, now=now):
            deleted += _in_batches(statement, given)
    return deleted


def _workspaces() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("select distinct workspace_id from campaigns_streamgroup")
        return [workspace_id for (workspace_id,) in cursor.fetchall()]


def _statements(
    workspace_id: int, watches: list[Watch], *, late: timedelta, now: datetime
) -> Iterator[tuple[str, list[Any]]]:
    for watch in watches:
        before = now - watch.keep - late
        yield _delete("campaigns_streamhit", "stream = %s and at < %s"), [watch.stream, before]
        yield _delete("campaigns_streambucket", "stream = %s and start < %s"), [watch.stream, before - watch.width]
        yield _delete("campaigns_streamturn", f"watch = %s and at < %s and {_NOT_THE_LAST}"), [watch.id, before]
        yield _delete("campaigns_streamgroup", f"watch = %s and judged_to < %s and {_RESTS}"), [watch.id, before]
    dead = now - AFTERWARDS
    streams: list[UUID] = [watch.stream for watch in watches]
    ids: list[UUID] = [watch.id for watch in watches]
    for table, column, instant, live in (
        ("campaigns_streamhit", "stream", "at", streams),
        ("campaigns_streambucket", "stream", "start", streams),
        ("campaigns_streamturn", "watch", "at", ids),
        ("campaigns_streamgroup", "watch", "judged_to", ids),
    ):
        condition = f"workspace_id = %s and {column} <> all(%s) and {instant} < %s"
        yield _delete(table, condition), [workspace_id, live, dead]


def _delete(table: str, condition: str) -> str:
    # the names and the condition are those of this module
    return f"delete from {table} where ctid = any(array(select ctid from {table} where {condition} limit {BATCH}))"  # noqa: S608


def _in_batches(statement: str, given: list[Any]) -> int:
    deleted = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, given)
            found: int = cursor.rowcount
        deleted += found
        if found < BATCH:
            return deleted


# the last turn of a group says whether the condition is true now
_NOT_THE_LAST: Final = """exists (
    select from campaigns_streamturn later where later.watch = campaigns_streamturn.watch
    and later.group_id = campaigns_streamturn.group_id and later.at > campaigns_streamturn.at)"""
_RESTS: Final = """look_at is null and not exists (
    select from campaigns_streamalarm a where a.watch = campaigns_streamgroup.watch
    and a.group_id = campaigns_streamgroup.group_id and a.resolved_at is null)"""
