"""Identifiers: time-ordered ones for rows, derived ones for keys that must come out the same twice."""

import os
import threading
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

_NAMESPACE = uuid.UUID("6a1f2c52-9f0e-5a52-8d0f-3b1c5d0e7a11")


def uuid7(*, at_ms: int | None = None) -> uuid.UUID:
    """Return a random time-ordered UUID (RFC 9562 §5.7)."""
    return next(uuid7_run(1, at_ms=at_ms))


def uuid7_run(count: int, *, at_ms: int | None = None) -> Iterator[uuid.UUID]:
    """Yield `count` UUIDv7 that follow each other without a gap, so that a range names them all."""
    start = run_start(count, at_ms=at_ms)
    for index in range(count):
        yield uuid.UUID(int=start + index)


_last = (0, 0)
_last_lock = threading.Lock()


def run_start(count: int, *, at_ms: int | None = None) -> int:
    """Return the first of `count` (≤ 65 536) free UUIDv7 that follow each other, as a number.

    All share the millisecond and 58 random bits; the last 16 bits count. Runs of one millisecond and one
    process ascend, so that what came first has the lower identifier even when the clock is held still.
    """
    global _last  # noqa: PLW0603
    if not 0 < count <= 1 << 16:
        raise ValueError(f"a run holds 1 to 65536 identifiers, not {count}")
    millis = time.time_ns() // 1_000_000 if at_ms is None else at_ms
    with _last_lock:
        random = _last[1] + 1 if _last[0] == millis else int.from_bytes(os.urandom(7), "big")
        _last = (millis, random)
    return (millis << 80) | (0x7 << 76) | (random >> 46 << 64) | (0b10 << 62) | ((random & ((1 << 46) - 1)) << 16)


def instant_of(identifier: uuid.UUID) -> datetime:
    """Return the millisecond in which a UUIDv7 was made."""
    return datetime.fromtimestamp((identifier.int >> 80) / 1000, UTC)


def derived(*parts: str | int | uuid.UUID) -> uuid.UUID:
    """Return the UUIDv5 of `parts`: equal parts, equal identifier, in every process for ever."""
    return uuid.uuid5(_NAMESPACE, "\x1f".join(str(part) for part in parts))
