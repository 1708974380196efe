"""The one source of the present instant, so that a scenario or a test can hold it still."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_fixed: ContextVar[datetime | None] = ContextVar("signalbox_clock", default=None)


def now() -> datetime:
    """Return the present instant in UTC, or the one that `at` holds."""
    return _fixed.get() or datetime.now(UTC)


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Hold the clock at `instant` inside the block (nested blocks: the inner one counts)."""
    token = _fixed.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _fixed.reset(token)
