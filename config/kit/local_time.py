"""Local-time arithmetic: zones, the next such time of day, windows, calendar days, daylight saving."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

EVERY_DAY = frozenset(range(1, 8))
_DAY = timedelta(days=1)
# Every weekday comes within a week; the rest is room for zones that skip whole days.
_HORIZON = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneFound:
    """The zone that counts, where it came from, and the names on the way that are no zones."""

    zone: ZoneInfo
    source: str
    refused: tuple[str, ...] = ()


def zone_named(name: str) -> ZoneInfo | None:
    """Return the IANA zone of that name, or None."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # OSError: a name that is a directory of the zone database ("America") or longer than a path may be
        return None


def resolve_zone(candidates: Sequence[tuple[str, object]]) -> ZoneFound:
    """Return the first of (source, name) that is a zone, else UTC. A wrong name never drops anything."""
    refused: list[str] = []
    for source, name in candidates:
        if name is None or name == "":
            continue
        zone = zone_named(name) if isinstance(name, str) else None
        if zone is not None:
            return ZoneFound(zone=zone, source=source, refused=tuple(refused))
        refused.append(str(name)[:64])
    return ZoneFound(zone=ZoneInfo("UTC"), source="utc", refused=tuple(refused))


def instant(day: date, at: time, *, zone: ZoneInfo) -> datetime:
    """Return the instant (UTC) at which clocks in `zone` show `at` on `day`.

    A time that exists twice means the first; one that does not exist moves to the first that does.
    """
    naive = datetime.combine(day, at)
    first = naive.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == naive:
        return first
    return _end_of_gap(naive.replace(tzinfo=zone, fold=1).astimezone(UTC), first, zone=zone)


def _end_of_gap(before: datetime, after: datetime, *, zone: ZoneInfo) -> datetime:
    """Return the second in (before, after] at which the clocks of `zone` jumped."""
    old = before.astimezone(zone).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if (before + timedelta(seconds=middle)).astimezone(zone).utcoffset() == old:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)


def next_time(
    after: datetime,
    at: time,
    *,
    zone: ZoneInfo,
    weekdays: frozenset[int] = EVERY_DAY,
    same_day: bool = True,
) -> datetime:
    """Return the next instant strictly after `after` at which it is `at` on one of the ISO weekdays.

    Without `same_day` the local day of `after` itself does not count.
    """
    today = after.astimezone(zone).date()
    for day in _days(after, zone=zone):
        found = instant(day, at, zone=zone)
        if found > after and _weekday(found, zone) in weekdays and (same_day or day != today):
            return found
    raise ArithmeticError(f"no {at} on {sorted(weekdays)} in {zone} after {after}")


def time_after_days(after: datetime, at: time, *, days: int, zone: ZoneInfo) -> datetime:
    """Return the instant at which it is `at`, that many calendar days after the local date of `after`."""
    return instant(after.astimezone(zone).date() + days * _DAY, at, zone=zone)


def window_opening(
    at: datetime, start: time, end: time, *, zone: ZoneInfo, weekdays: frozenset[int] = EVERY_DAY
) -> datetime:
    """Return `at` when the window [start, end) is open then, else the instant of its next opening.

    A start later than the end means over midnight. The weekday is that of the local date at the instant itself.
    """
    spans = [_span(day, start, end, zone=zone) for day in _days(at, zone=zone)]
    if _is_open(at, spans, zone=zone, weekdays=weekdays):
        return at
    edges = [opens for opens, _ in spans]
    edges += [instant(day, time(0), zone=zone) for day in _days(at, zone=zone)]
    return min(edge for edge in edges if edge > at and _is_open(edge, spans, zone=zone, weekdays=weekdays))


def _span(day: date, start: time, end: time, *, zone: ZoneInfo) -> tuple[datetime, datetime]:
    last = day + _DAY if start > end else day
    return instant(day, start, zone=zone), instant(last, end, zone=zone)


def _is_open(
    at: datetime, spans: Sequence[tuple[datetime, datetime]], *, zone: ZoneInfo, weekdays: frozenset[int]
) -> bool:
    return _weekday(at, zone) in weekdays and any(opens <= at < closes for opens, closes in spans)


def _days(at: datetime, *, zone: ZoneInfo) -> Iterator[date]:
    """Yield the local dates that matter around `at`, from the day before."""
    today = at.astimezone(zone).date()
    return (today + n * _DAY for n in range(-1, _HORIZON))


def _weekday(at: datetime, zone: ZoneInfo) -> int:
    return at.astimezone(zone).isoweekday()
