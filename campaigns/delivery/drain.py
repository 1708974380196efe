"""Sends what is due, channel by channel: claim, gate, render, then window by window mark → hand over → settle.

A window is marked `sending` in a committed transaction before the channel gets it. A crash leaves claims that lapse
(claimed) or doubts that are shown (sending), never a second send.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from campaigns.delivery.channels.base import Channel
from campaigns.delivery.channels.registry import channels
from campaigns.delivery.claims import claim
from campaigns.delivery.lane import Lane
from campaigns.delivery.limits import CLAIM, UNREACHABLE_PAUSE, WINDOW
from campaigns.delivery.preparing import Batch

FIRST_CLAIM: Final = 100
SECONDS_AHEAD: Final = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Drained:
    """How many deliveries were claimed, and how many of them a provider accepted."""

    claimed: int
    sent: int


def drain(now: datetime, *, budget: float | None = None, tick: Callable[[], datetime] | None = None) -> Drained:
    """Send what is due until nothing is left or `budget` seconds are over.

    `tick` gives the present instant as the drain goes on; without it `now` stands still, as in a scenario.
    """
    deadline = time.monotonic() + budget if budget is not None else None
    totals = [_drain_channel(channel, tick or (lambda: now), deadline) for channel in channels().values()]
    return Drained(claimed=sum(t.claimed for t in totals), sent=sum(t.sent for t in totals))


def _drain_channel(channel: Channel, tick: Callable[[], datetime], deadline: float | None) -> Drained:
    lane = Lane(channel, tick)
    claimed, limit = 0, FIRST_CLAIM
    try:
        while batch := claim(channel.slug, now=tick(), limit=limit):
            started = time.monotonic()
            claimed += len(batch)
            _send(Batch(batch, channel, now=tick()), lane)
            if lane.unreachable or (deadline is not None and time.monotonic() >= deadline):
                break
            limit = _next_limit(len(batch), time.monotonic() - started)
    finally:
        lane.finish()
    return Drained(claimed=claimed, sent=lane.sent)


def _send(batch: Batch, lane: Lane) -> None:
    while not lane.unreachable and (window := batch.window(WINDOW)):
        lane.send(window)
    # when nobody answers there, the rest is given back instead of being marked for nothing
    batch.close(rest_due_at=lane.tick() + UNREACHABLE_PAUSE)


def _next_limit(count: int, seconds: float) -> int:
    """Claim what can be sent well within the lease: all of CLAIM on a fast channel, a few on a slow one."""
    return max(2 * WINDOW, min(CLAIM, int(count / max(seconds, 0.001) * SECONDS_AHEAD)))
