"""A claimed batch on its way to the wire: read for all at once, judged and built one window at a time.

Building the next window while the one before is with the channel hides the rendering behind the network.
"""

import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from campaigns.delivery.channels.base import AddressRefused, Channel, Parcel
from campaigns.delivery.claims import Claimed
from campaigns.delivery.composing import compose
from campaigns.delivery.frequency.checks import about_of
from campaigns.delivery.gate import GateVerdict, judge, unread
from campaigns.delivery.outbox import Marked, Settlement, release, settle
from campaigns.delivery.outcomes import of_gate, of_refusal
from campaigns.delivery.readings import Unreadable, read
from content.rendering.refusals import Reason, RenderRefused

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Ready:
    """A message that passed the gate and is built."""

    mark: Marked
    parcel: Parcel

    @property
    def claimed(self) -> Claimed:
        return self.mark.claimed


class Batch:
    """Claimed deliveries with all that is read for them; `window` builds the next ones, `close` settles the others."""

    def __init__(self, claims: Sequence[Claimed], channel: Channel, *, now: datetime) -> None:
        self._channel = channel
        self._now = now
        self._waiting = deque(claims)
        self._stopped: list[Settlement] = []
        self._readings = read(claims, channel, now=now)

    def window(self, size: int) -> list[Ready]:
        """Return up to `size` messages that may be sent, none when the batch is at its end."""
        ready: list[Ready] = []
        while self._waiting and len(ready) < size:
            result = self._prepare(self._waiting.popleft())
            if isinstance(result, Ready):
                ready.append(result)
            else:
                self._stopped.append(result)
        return ready

    def close(self, *, rest_due_at: datetime) -> None:
        """Settle what may not be sent; give back what was not looked at, to be taken again from `rest_due_at`."""
        with transaction.atomic():
            settle(self._stopped, before=["claimed"], now=self._now)
            if self._waiting:
                release(self._waiting, due_at=rest_due_at)

    def _prepare(self, claimed: Claimed) -> Ready | Settlement:
        verdict = judge(claimed, self._readings)
        if not verdict.open:
            return of_gate(claimed, verdict, now=self._now)
        try:
            parcel = compose(claimed, self._readings, self._channel, now=self._now)
        except (RenderRefused, AddressRefused) as refusal:
            return of_refusal(claimed, verdict, refusal)
        except Unreadable as error:
            return of_gate(claimed, _with_obstacle(verdict, str(error)), now=self._now)
        except Exception as error:  # one person's odd data must not stop the others of the batch
            log.exception("delivery %s cannot be built", claimed.id)
            return of_refusal(claimed, verdict, RenderRefused(Reason.ERROR, type(error).__name__))
        about = about_of(claimed, self._readings.courtesy.get(), self._readings)
        mark = Marked(claimed=claimed, gate=verdict.verdicts, address=parcel.address, about=about)
        return Ready(mark=mark, parcel=parcel)


def _with_obstacle(verdict: GateVerdict, what: str) -> GateVerdict:
    obstacle = unread("render", what)
    return GateVerdict(verdicts=[*verdict.verdicts, obstacle], obstacle=obstacle)
