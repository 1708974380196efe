"""Group commit: requests that arrive while another one is being written are written together by the next statement."""

import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from django.db import DataError, OperationalError, connection, transaction

from audiences.intake.store import Known, Row, store

SMALL: Final = 20
"""Rows up to which a request shares a statement; a larger one gains nothing by waiting for company."""
MAX_GROUP: Final = 500


class Failed(NamedTuple):
    """A row that PostgreSQL refused, and why."""

    row: Row
    message: str


class Outcome(NamedTuple):
    known: list[Known]
    failed: list[Failed]


def commit(rows: Sequence[Row], *, received_at: datetime) -> Outcome:
    """Store rows durably; return those whose key was there before, and those that cannot be stored."""
    if not rows:
        return Outcome([], [])
    if connection.in_atomic_block or len(rows) > SMALL:
        return _write(rows, received_at=received_at)
    return _queue.commit(rows, received_at=received_at)


def _write(rows: Sequence[Row], *, received_at: datetime) -> Outcome:
    try:
        return Outcome(_store(rows, received_at=received_at), [])
    except DataError as error:
        if len(rows) == 1:
            return Outcome([], [Failed(rows[0], str(error).partition("\n")[0])])
    # one bad row fails the whole statement: halve until it stands alone
    middle = len(rows) // 2
    left, right = (_write(half, received_at=received_at) for half in (rows[:middle], rows[middle:]))
    return Outcome(left.known + right.known, left.failed + right.failed)


def _store(rows: Sequence[Row], *, received_at: datetime) -> list[Known]:
    if connection.in_atomic_block:
        with transaction.atomic():
            return store(rows, received_at=received_at)
    try:
        return store(rows, received_at=received_at)
    except OperationalError as error:
        if not _is_deadlock(error):
            raise
    return store(rows, received_at=received_at)


def _is_deadlock(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", None) == "40P01"


class _Request:
    """One waiting request: done when `outcome` or `error` is set."""

    __slots__ = ("error", "outcome", "received_at", "rows")

    def __init__(self, rows: Sequence[Row], received_at: datetime) -> None:
        self.rows = rows
        self.received_at = received_at
        self.outcome: Outcome | None = None
        self.error: Exception | None = None


class _Queue:
    """Requests line up; whoever gets the pen writes for all who stand in line."""

    def __init__(self) -> None:
        self._waiting: list[_Request] = []
        self._line = threading.Lock()
        self._pen = threading.Lock()

    def commit(self, rows: Sequence[Row], *, received_at: datetime) -> Outcome:
        request = _Request(rows, received_at)
        with self._line:
            self._waiting.append(request)
        with self._pen:
            if request.outcome is None and request.error is None:
                self._write_for_all()
        if request.error is not None:
            raise request.error
        assert request.outcome is not None
        return request.outcome

    def _write_for_all(self) -> None:
        with self._line:
            group, self._waiting = self._waiting, []
        try:
            _write_group(group)
        except Exception as error:  # each of the group must answer: none of it is stored
            for request in group:
                if request.outcome is None:
                    request.error = error


def _write_group(group: Sequence[_Request]) -> None:
    """Write all rows in one statement; a key that stands twice in the group waits for a second one."""
    first: dict[tuple[int, str], Row] = {}
    for request in group:
        for row in request.rows:
            first.setdefault((row.w, row.d), row)
    outcome = _write(list(first.values()), received_at=group[0].received_at)
    known = {id(known.row): known for known in outcome.known}
    failed = {id(failed.row): failed for failed in outcome.failed}
    for request in group:
        own_known, own_failed = [], []
        for row in request.rows:
            stored = first[row.w, row.d]
            if id(stored) in failed:
                own_failed.append(Failed(row, failed[id(stored)].message))
            elif id(stored) in known:
                own_known.append(Known(row, known[id(stored)].body))
            elif stored is not row:
                own_known.append(Known(row, stored.b))
        request.outcome = Outcome(own_known, own_failed)


_queue = _Queue()
