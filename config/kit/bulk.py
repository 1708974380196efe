"""The cursor of the statements that carry a whole batch: parameters travel beside the text, rows come back binary."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection
from django.db.backends.utils import CursorDebugWrapper, CursorWrapper


@contextmanager
def bulk_cursor() -> Iterator[CursorWrapper]:
    """Yield a cursor that is counted, wrapped and walled off like Django's own.

    Django's quotes each parameter into the statement, 100 kB of it for a batch, and reads instants in Python.
    Nothing is prepared: a plan made while the tables are small must not outlive them.
    """
    connection.ensure_connection()
    with psycopg.Cursor[Any](connection.connection) as cursor:
        cursor.format = psycopg.pq.Format.BINARY
        wrap = CursorDebugWrapper if connection.queries_logged else CursorWrapper
        yield wrap(cursor, connection)
