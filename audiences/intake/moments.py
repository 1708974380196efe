"""Tells when an event happened, although the sender's clock may be wrong."""

from datetime import UTC, datetime
from typing import Final

from audiences.intake.limits import EARLIEST, FURTHEST_AHEAD
from audiences.intake.refusals import ItemRefused

BEFORE_ALL: Final = datetime(1, 1, 1, tzinfo=UTC)
AFTER_ALL: Final = datetime(9999, 12, 31, tzinfo=UTC)


def read_instant(text: str, *, field: str) -> datetime:
    """Read an ISO 8601 instant; it must carry an offset, because a guessed one would be wrong for someone."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ItemRefused(
            field, "not_a_time", f"{field} is not an ISO 8601 time; write it like 2026-01-31T12:00:00Z"
        ) from None
    if instant.tzinfo is None:
        raise ItemRefused(field, "no_offset", f"{field} has no offset from UTC; add Z or one like +08:00")
    return instant


def happened_at(
    timestamp: datetime, *, sent_at: datetime | None, received_at: datetime, field: str = "timestamp"
) -> datetime:
    """Return the event time: the timestamp, moved by what the sender's clock was off when it sent.

    `received_at − (sent_at − timestamp)`, as the Segment spec says: time of day on the device does not matter,
    only how long before the sending it happened.
    """
    try:
        at = timestamp if sent_at is None else received_at - (sent_at - timestamp)
    except OverflowError:
        at = BEFORE_ALL if timestamp.year < received_at.year else AFTER_ALL
    if at < EARLIEST:
        raise ItemRefused(field, "too_old", f"{field} lies before the year 2000; check the sender's clock")
    if at > received_at + FURTHEST_AHEAD:
        raise ItemRefused(field, "in_the_future", f"{field} lies over a day ahead; check the sender's clock")
    return at
