"""Counts in rolling windows, with what fires out of order: no window that holds the instant may hold too many. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Final

PARTS: Final = 60
"""A window in which firings in all are counted has so many parts; one more is counted, so that none is missed."""
EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


def is_cooling(at: datetime, fired: Sequence[datetime], cooldown: timedelta) -> bool:
    """Say whether something fired less than `cooldown` before `at`, or after it (an event that came late)."""
    return any(abs(at - other) < cooldown for other in fired)


def most_beside(at: datetime, fired: Sequence[datetime], per: timedelta | None) -> int:
    """Return the largest number that fired within any window of the length `per` that holds `at`; None: ever."""
    if per is None:
        return len(fired)
    ends = [at, *(other for other in fired if at < other < at + per)]
    return max(sum(end - per < other <= end for other in fired) for end in ends)


def part_of(at: datetime, per: timedelta | None) -> datetime:
    """Return the start of the part of a window in which a firing is counted."""
    return EVER if per is None else EVER + (at - EVER) // _step(per) * _step(per)


def most_in_parts(at: datetime, counts: Mapping[datetime, int], per: timedelta | None) -> int:
    """Return the largest number that was counted in any window's parts around `at`: never fewer than there were."""
    if per is None:
        return counts.get(EVER, 0)
    here, step = part_of(at, per), _step(per)
    row = [counts.get(here + step * place, 0) for place in range(-PARTS, PARTS + 1)]
    sums = [0, *accumulate(row)]
    return max(sums[start + PARTS + 1] - sums[start] for start in range(PARTS + 1))


def _step(per: timedelta) -> timedelta:
    """Return the length of a part, rounded up: so many and one more cover any window."""
    return -(-per // PARTS)
