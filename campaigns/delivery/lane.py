"""One channel's windows under way: marked, handed over, settled, with no transaction open while the channel works."""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import nullcontext
from datetime import datetime
from itertools import compress
from uuid import UUID

from django.db import connection, transaction

from campaigns.delivery.channels.base import Channel, Outcome, Receipt
from campaigns.delivery.claims import Claimed
from campaigns.delivery.frequency.checks import About, within_caps
from campaigns.delivery.limits import SEND_LEASE, WINDOWS
from campaigns.delivery.outbox import Marked, is_waited_for, release, turn
from campaigns.delivery.outcomes import of_receipt
from campaigns.delivery.preparing import Ready

log = logging.getLogger(__name__)
Window = Sequence[Ready]


class Lane:
    """Keeps up to WINDOWS windows with the channel; settling one and marking the next share a transaction."""

    def __init__(self, channel: Channel, tick: Callable[[], datetime]) -> None:
        if channel.outward and connection.in_atomic_block:
            raise RuntimeError("a channel to the outside cannot be waited for inside a transaction")
        self.channel = channel
        self.tick = tick
        self.sent = 0
        self.unreachable = False
        self._under_way: deque[tuple[Window, Future[list[Receipt]]]] = deque()

    def send(self, window: Window) -> None:
        """Mark the window and hand over what may be sent; waits while too many windows are under way."""
        finished = self._under_way.popleft() if len(self._under_way) >= WINDOWS else None
        receipts = _receipts(finished[1], len(finished[0])) if finished else []
        marked = self._turn(finished[0] if finished else (), receipts, [ready.mark for ready in window])
        allowed = [ready.claimed.id in marked for ready in window]
        if not all(allowed):
            # the run has ended since, or the lease has, or a cap is used up: the gate looks again
            release([r.claimed for r, ok in zip(window, allowed, strict=True) if not ok], due_at=self.tick())
        going = list(compress(window, allowed))
        if going:
            self._under_way.append((going, self.channel.submit([ready.parcel for ready in going])))

    def finish(self) -> None:
        """Wait for the windows under way and settle them."""
        while self._under_way:
            window, answers = self._under_way.popleft()
            self._turn(window, _receipts(answers, len(window)), [])

    def _turn(self, window: Window, receipts: Sequence[Receipt], marks: Sequence[Marked]) -> set[UUID]:
        """Settle a window and mark the next in one commit; return what may be sent."""
        now = self.tick()
        settlements = [of_receipt(r.claimed, receipt, now=now) for r, receipt in zip(window, receipts, strict=True)]
        # one statement is a transaction by itself; only a run that waits for its message makes it two
        capped = [(mark.claimed, mark.about) for mark in marks if mark.about is not None]
        with transaction.atomic() if capped or any(map(is_waited_for, settlements)) else nullcontext():
            turned = turn(settlements, _within_caps(marks, capped, now), now=now)
        self.sent += sum(receipt.outcome is Outcome.ACCEPTED for receipt in receipts)
        self.unreachable |= any(receipt.outcome is Outcome.UNREACHABLE for receipt in receipts)
        return turned.marked


def _within_caps(marks: Sequence[Marked], capped: Sequence[tuple[Claimed, About]], now: datetime) -> Sequence[Marked]:
    """Leave out what no longer fits under its caps; the gate looks at it again and says so."""
    if not capped:
        return marks
    allowed = within_caps(capped, now=now)
    return [mark for mark in marks if mark.about is None or mark.claimed.id in allowed]


def _receipts(answers: "Future[list[Receipt]]", count: int) -> list[Receipt]:
    """Wait for the answers; a channel that breaks leaves its window in doubt."""
    try:
        return answers.result(timeout=SEND_LEASE.total_seconds())
    except Exception as error:  # whatever broke: nobody knows what went out
        log.exception("a channel gave no receipts; %d messages are in doubt", count)
        return [Receipt(outcome=Outcome.IN_DOUBT, reason="channel_broke", answer=type(error).__name__)] * count
