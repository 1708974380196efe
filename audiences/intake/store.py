"""Stores events with their keys and slices in one statement: all of it commits, or nothing does."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby
from typing import Any, Final, NamedTuple

import msgspec
import psycopg
from django.db import connection

from config.kit.ids import run_start

MAX_SLICE: Final = 250
"""A slice is claimed whole, so a request with thousands of events of one partition becomes several."""

MAX_RUN: Final = 1 << 16


class Row(msgspec.Struct, kw_only=True):
    """One event on its way into the table. Names are short because they are sent with every row."""

    w: int
    """workspace"""
    d: str
    """digest of the message id"""
    b: int
    """hash of the body"""
    p: str
    """person"""
    s: int
    """partition"""
    k: int
    """kind"""
    n: str
    """name"""
    t: datetime
    """event time"""
    r: msgspec.Raw
    """properties"""
    u: str | None = None
    """user id"""
    a: str | None = None
    """anonymous id"""
    c: msgspec.Raw | None = None
    """context"""
    i: str = ""
    """the event's id; given by `store`"""


class Known(NamedTuple):
    """A row whose key was there before: it was not stored. `body` is the hash of what had been stored under it."""

    row: Row
    body: int


class _Slice(msgspec.Struct):
    w: int
    s: int
    f: str
    l: str  # noqa: E741 - f and l: first and last


def store(rows: Sequence[Row], *, received_at: datetime) -> list[Known]:
    """Store `rows` (at most 65 536, no key twice) under fresh ids; return those that were there before."""
    ordered = sorted(rows, key=_stream)
    start = run_start(len(ordered), at_ms=int(received_at.timestamp() * 1000))
    for index, row in enumerate(ordered):
        row.i = f"{start + index:032x}"
    slices = [piece for _, run in groupby(ordered, key=_stream) for piece in _slices(list(run))]
    with _cursor() as cursor:
        cursor.execute(STORE, [_json(ordered), _json(slices)], prepare=True)
        left = [(ordered[place - 1], body) for place, body in cursor.fetchall()]
    raced = [row for row, body in left if body is None]
    return [Known(row, body) for row, body in left if body is not None] + (_raced(raced) if raced else [])


@contextmanager
def _cursor() -> Iterator[psycopg.Cursor[Any]]:
    """A cursor that sends parameters apart from the statement: Django's own would quote 50 kB into it each time."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        yield cursor


def _stream(row: Row) -> tuple[int, int]:
    return row.w, row.s


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _slices(run: list[Row]) -> list[_Slice]:
    pieces = [run[at : at + MAX_SLICE] for at in range(0, len(run), MAX_SLICE)]
    return [_Slice(w=piece[0].w, s=piece[0].s, f=piece[0].i, l=piece[-1].i) for piece in pieces]


def _raced(rows: Sequence[Row]) -> list[Known]:
    """Read in a statement of its own what a rival committed while the first one ran: that one cannot see it."""
    by_key = {(row.w, row.d): row for row in rows}
    with connection.cursor() as cursor:
        cursor.execute(BODIES, [[row.d for row in rows], list({row.w for row in rows})])
        bodies = cursor.fetchall()
    return [Known(by_key[w, digest.hex], body) for w, digest, body in bodies if (w, digest.hex) in by_key]


STORE: Final = """
with given as materialized (
    select * from rows from (jsonb_to_recordset(%s::jsonb) as (
        i uuid, w integer, d uuid, b bigint, p uuid, s smallint, k smallint, n text, t timestamptz, u text, a text,
        r jsonb, c jsonb)) with ordinality as g(i, w, d, b, p, s, k, n, t, u, a, r, c, place)
), keyed as (
    insert into audiences_event_key (workspace_id, digest, event_id, body)
    select w, d, i, b from given order by d
    on conflict do nothing
    returning event_id
), fresh as materialized (
    select given.* from given join keyed on event_id = i
), stored as (
    insert into audiences_event (id, person_id, event_time, workspace_id, kind, name, user_id, anonymous_id,
                                 properties, context)
    select i, p, t, w, k, n, u, a, r, c from fresh
), sliced as (
    insert into audiences_slice (partition, first_id, last_id, workspace_id)
    select s, f, l, w from jsonb_to_recordset(%s::jsonb) as x(w integer, s smallint, f uuid, l uuid)
    where exists (select from fresh where fresh.w = x.w and fresh.s = x.s)
)
select place, (select body from audiences_event_key where workspace_id = w and digest = d)
from given where not exists (select from keyed where event_id = i)
"""
BODIES: Final = """
select workspace_id, digest, body from audiences_event_key
where digest = any(%s::uuid[]) and workspace_id = any(%s)
"""
