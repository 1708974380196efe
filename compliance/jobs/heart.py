"""Keeps a running job's lease alive from a thread of its own, and carries the wish to cancel into long statements."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import DatabaseError, InterfaceError, connection, transaction

from compliance.jobs.claims import LEASE
from compliance.jobs.work import Work

log = logging.getLogger(__name__)
EVERY: Final = 0.5
CANCEL_PATIENCE: Final = 2.0


@contextmanager
def beating(work: Work) -> Iterator[None]:
    """Beat twice a second while the block runs; a statement under way when somebody cancels is broken off."""
    heart = _Heart(work, connection.connection)
    heart.start()
    try:
        yield
    finally:
        heart.stop()


@contextmanager
def beating_inline(work: Work) -> Iterator[None]:
    """Beat at each step of the work instead, in its own transaction: for tests, which let nobody else see theirs."""

    def beat() -> None:
        with connection.cursor() as cursor:
            work.beat(cursor, work.tick() + LEASE)

    work.on_advance = beat
    yield


class _Heart(threading.Thread):
    def __init__(self, work: Work, busy: Any) -> None:
        super().__init__(name=f"heart of {work.id}", daemon=True)
        self._work = work
        self._busy = busy
        self._ended = threading.Event()
        self._cancelling = threading.Lock()

    def stop(self) -> None:
        """Stop beating; afterwards no statement is broken off any more."""
        with self._cancelling:
            self._ended.set()
        self.join()

    def run(self) -> None:
        try:
            while not self._ended.wait(EVERY):
                self._beat()
                if self._work.cancel_asked or self._work.lost:
                    self._break_off()
        finally:
            connection.close()

    def _beat(self) -> None:
        """A beat that fails is one of many: the lease outlasts a short absence of the database."""
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                self._work.beat(cursor, self._work.tick() + LEASE)
        except (DatabaseError, InterfaceError):
            log.warning("a running job could not prolong its lease", exc_info=True)
            connection.close()

    def _break_off(self) -> None:
        with self._cancelling:
            if self._busy is not None and not self._ended.is_set():
                self._busy.cancel_safe(timeout=CANCEL_PATIENCE)
