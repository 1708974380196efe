"""Pure arithmetic of caps and quiet hours: what counts at an instant, when a slot frees, when the night is over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from campaigns.delivery.frequency.form import Cap, Quiet, Scope
from config.kit.local_time import instant, window_opening


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A message that was accepted, or may have been: when, and what it was."""

    at: datetime
    channel: str
    flow: str
    tags: frozenset[str]
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """How much of a cap is used at an instant; `frees_at` is when the next message fits, None while one does."""

    cap: Cap
    used: int
    frees_at: datetime | None


def use_of(cap: Cap, reached: Iterable[Reached], *, now: datetime, zone: ZoneInfo) -> Use:
    """Return how much of a cap the messages use (C1 to C3, C5: purposes that it does not name never count)."""
    since = since_of(cap, now=now, zone=zone)
    counted = sorted(one.at for one in reached if one.at > since and _counts(cap.scope, cap.purposes, one))
    full = len(counted) >= cap.at_most
    return Use(cap=cap, used=len(counted), frees_at=_frees(cap, counted, now=now, zone=zone) if full else None)


def since_of(cap: Cap, *, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant after which messages count: for calendar days just before the first midnight."""
    if not cap.calendar:
        return now - cap.per
    first = now.astimezone(zone).date() - cap.per + timedelta(days=1)
    return instant(first, time(0), zone=zone) - timedelta(microseconds=1)


def _frees(cap: Cap, counted: Sequence[datetime], *, now: datetime, zone: ZoneInfo) -> datetime:
    if not cap.at_most:
        return now + cap.per
    leaves = counted[len(counted) - cap.at_most]
    if not cap.calendar:
        return leaves + cap.per
    return instant(leaves.astimezone(zone).date() + cap.per, time(0), zone=zone)


def _counts(scope: Scope, purposes: frozenset[str], one: Reached) -> bool:
    return one.purpose in purposes and scope.covers(channel=one.channel, flow=one.flow, tags=one.tags)


def quiet_until(quiet: Quiet, *, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when the quiet hours are over that it is now, None outside of them (half open, over midnight)."""
    opening = window_opening(now, quiet.closes, quiet.opens, zone=zone)
    return None if opening == now else opening
