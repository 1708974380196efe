"""What a running job sees of itself: its arguments, where it left off, and the ways to say how far it is."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.backends.utils import CursorWrapper

from compliance.jobs import statements
from compliance.jobs.claims import Claimed, dumped
from config.kit.actors import Actor


class Cancelled(Exception):
    """Somebody asked for the end; a kind that has to say what it did so far raises it anew with a result."""

    def __init__(self, result: Mapping[str, Any] | None = None) -> None:
        self.result = result or {}
        super().__init__("cancelled")


class Interrupted(Exception):
    """The worker shuts down: the job goes back into the queue and goes on from its checkpoint elsewhere."""


class LeaseLost(Exception):
    """Another worker has the job by now; whatever this one still holds must not be committed."""


class Work:
    """The running job. Its own thread calls these; the heart reads the figures beside it."""

    def __init__(self, claimed: Claimed, *, tick: Callable[[], datetime], stopping: Callable[[], bool]) -> None:
        self.id: UUID = claimed.id
        self.workspace_id = claimed.workspace_id
        self.attempt = claimed.attempt
        self.title = claimed.title
        self.actor: Actor = claimed.actor
        self.arguments: Mapping[str, Any] = claimed.arguments
        self.checkpoint: Mapping[str, Any] = claimed.checkpoint
        self.done = claimed.done
        self.whole = claimed.total
        self.said = claimed.said
        self.tick = tick
        self.cancel_asked = False
        self.lost = False
        self.on_advance: Callable[[], None] = lambda: None
        self._stopping = stopping

    def total(self, n: int | None) -> None:
        """Say how many there are in all; None when nobody knows."""
        self.whole = n

    def say(self, text: str) -> None:
        """Say in a few words what is under way; it is shown beside the progress."""
        self.said = text[:300]

    def advance(self, n: int = 1) -> None:
        """Say that `n` more are done, and leave here if somebody asked for the end."""
        self.done += n
        self.on_advance()
        self.check()

    def check(self) -> None:
        """Leave if the job was cancelled, the lease lost, or the worker asked to stop. Costs nothing: call it often."""
        if self.lost:
            raise LeaseLost
        if self.cancel_asked:
            raise Cancelled
        if self._stopping():
            raise Interrupted

    def save(self, checkpoint: Mapping[str, Any]) -> None:
        """Keep where to go on after a crash.

        Call it last in the transaction of the rows that it speaks of: it holds the job's row until the commit, and
        it raises `LeaseLost` (so that the rows are rolled back) if another worker has taken the job meanwhile.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                statements.SAVE,
                {"id": self.id, "attempt": self.attempt, "done": self.done, "checkpoint": dumped(checkpoint)},
            )
            if not cursor.rowcount:
                self.lost = True
                raise LeaseLost
        self.checkpoint = checkpoint

    def beat(self, cursor: CursorWrapper, lease_until: datetime) -> None:
        """Write down how far the job is, prolong the lease, and hear whether somebody asked for the end."""
        figures: dict[str, Any] = {"done": self.done, "total": self.whole, "said": self.said, "until": lease_until}
        cursor.execute(statements.BEAT, {"id": self.id, "attempt": self.attempt, **figures})
        row = cursor.fetchone()
        self.lost = row is None
        self.cancel_asked = self.cancel_asked or (row is not None and bool(row[0]))
