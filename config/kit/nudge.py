"""Hints to the workers that there is something to do: best effort, because the truth stands in PostgreSQL.

The caller never touches a socket: one small thread per process sends. The first hint of a task goes out at once,
further ones within 100 ms are one. While the broker is away the thread backs off; the beat repeats every hint anyway.
"""

import atexit
import logging
import os
import threading
import time
from typing import Any, Final

from django.db import transaction

from config.celery import app

logger = logging.getLogger(__name__)
INTERVAL: Final = 0.1
EXPIRY: Final = 5
LONGEST_BACK_OFF: Final = 5.0
PATIENCE_AT_EXIT: Final = 0.5
NO_WAITING: Final = {"socket_timeout": 2, "socket_connect_timeout": 1}


def nudge(task: str) -> None:
    """After the commit, hint that `task` has work. Never raises, never waits for the broker."""
    transaction.on_commit(lambda: _sender.want(task), robust=True)


class Sender:
    """Collects wanted hints and sends them from its own thread, each task at most once per interval."""

    def __init__(self) -> None:
        self.failures = 0
        self._wanted: dict[str, None] = {}
        self._sent_at: dict[str, float] = {}
        self._sending = False
        self._change = threading.Condition()
        self._thread: threading.Thread | None = None
        self._producer: Any = None

    def want(self, task: str) -> None:
        with self._change:
            if task in self._wanted:
                return  # the hint that is about to leave is later than this commit
            self._wanted[task] = None
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="nudge", daemon=True)
                self._thread.start()
            self._change.notify_all()

    def flush(self) -> None:
        """Give what is still wanted a moment to leave, so that a short command's hint is not lost."""
        deadline = time.monotonic() + PATIENCE_AT_EXIT
        with self._change:
            while (self._wanted or self._sending) and (left := deadline - time.monotonic()) > 0 and not self.failures:
                self._change.wait(left)

    def _work(self) -> None:
        while True:
            task = self._next()
            try:
                self._send(task)
            except Exception:  # whatever the broker's library raises: hints are best effort
                self._note_failure()
                time.sleep(min(LONGEST_BACK_OFF, INTERVAL * 2 ** min(self.failures, 10)))
            else:
                self._note_success()

    def _next(self) -> str:
        """Wait for a wanted task whose interval is over."""
        with self._change:
            self._sending = False
            self._change.notify_all()
            while True:
                now = time.monotonic()
                due = {task: self._sent_at.get(task, -INTERVAL) + INTERVAL - now for task in self._wanted}
                ready = [task for task, wait in due.items() if wait <= 0]
                if ready:
                    self._sent_at[ready[0]] = now
                    del self._wanted[ready[0]]
                    self._sending = True
                    return ready[0]
                self._change.wait(min(due.values(), default=None))

    def _send(self, task: str) -> None:
        if self._producer is None:
            options = NO_WAITING if app.conf.broker_url.startswith("redis") else {}
            connection = app.connection_for_write(connect_timeout=1, transport_options=options)
            self._producer = app.amqp.Producer(connection, auto_declare=False)
        app.send_task(task, producer=self._producer, retry=False, ignore_result=True, expires=EXPIRY)

    def _note_success(self) -> None:
        if self.failures:
            logger.info("the broker is back; %d hints could not be sent", self.failures)
        self.failures = 0

    def _note_failure(self) -> None:
        if not self.failures:
            logger.warning("a hint could not be sent; the beat repeats it when the broker is back", exc_info=True)
        self.failures += 1
        self._producer = None


_sender = Sender()


def _flush() -> None:
    _sender.flush()


def _forget_thread() -> None:
    """A forked child has neither the parent's thread nor may it use its connection."""
    global _sender  # noqa: PLW0603
    _sender = Sender()


os.register_at_fork(after_in_child=_forget_thread)
atexit.register(_flush)
