"""The stretch of time that a page looks at, and the zone in which it tells of it; the address keeps both."""

import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.kit.zones import ZONES

LENGTHS: Final = {"24h": timedelta(days=1), "7d": timedelta(days=7), "30d": timedelta(days=30)}
WORDS: Final = {"24h": _("24 hours"), "7d": _("7 days"), "30d": _("30 days"), "custom": _("Custom")}
LONGEST: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """[since, until), and the stretch of the same length before it. `first` and `last` are the days that were given."""

    name: str
    since: datetime
    until: datetime
    zone: str
    first: date
    last: date

    @property
    def before(self) -> datetime:
        return self.since - (self.until - self.since)

    @property
    def bounds(self) -> str:
        """The span as filters of a list."""
        return urlencode({"since": self.since.isoformat(), "until": self.until.isoformat()})


def span(query: Mapping[str, str], *, now: datetime) -> Span:
    """Read a window, days and a zone from an address; what cannot be read is as if it were not there."""
    zone = query.get("zone", "")
    name = zone if zone in ZONES else timezone.get_current_timezone_name()
    today = now.astimezone(zoneinfo.ZoneInfo(name)).date()
    if query.get("window") == "custom":
        days = _day(query.get("from", "")), _day(query.get("to", ""))
        first, last = sorted(day or today for day in days)
        since, until = _midnight(first, name), _midnight(last + timedelta(days=1), name)
        if until - since <= LONGEST:
            return Span(name="custom", since=since, until=until, zone=name, first=first, last=last)
    asked = query.get("window", "")
    length = LENGTHS.get(asked, LENGTHS["24h"])
    known = asked if asked in LENGTHS else "24h"
    return Span(name=known, since=now - length, until=now, zone=name, first=today - length, last=today)


def instant(text: str) -> datetime | None:
    """Read an instant of an address; None if it is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2200 else None


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), tzinfo=zoneinfo.ZoneInfo(zone))
