"""Instants in RFC 3339 with offset. One grammar, written once, decides here and in SQL what is an instant.

It leaves nothing to a reader's leniency: days exist in their month, hours end at 23, seconds at 59, offsets lie
within ±15:59 and years within 1000 to 9999; digits after the microsecond are dropped, not rounded.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from config.kit.phrases import phrase

HINT: Final = phrase("write an instant with its offset, such as 2026-01-05T08:00:00Z or 2026-01-05T16:00:00+08:00")

_LONG_MONTHS: Final = r"(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
_SHORT_MONTHS: Final = r"(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
_FEBRUARY: Final = r"02-(?:0[1-9]|1[0-9]|2[0-8])"
_LEAP_YEAR: Final = (
    r"(?:[1-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00)"  # by 4, and of centuries by 400
)
_DATE: Final = rf"(?:[1-9][0-9]{{3}}-(?:{_LONG_MONTHS}|{_SHORT_MONTHS}|{_FEBRUARY})|{_LEAP_YEAR}-02-29)"
_TIME: Final = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_OFFSET: Final = r"(?:[Zz]|[+-](?:0[0-9]|1[0-5]):[0-5][0-9])"
GRAMMAR: Final = rf"{_DATE}[Tt]{_TIME}(?:\.[0-9]{{1,9}})?{_OFFSET}"
"""Only constructs that Python's `re` and PostgreSQL's expressions read alike; to be matched as a whole."""

_WHOLE: Final = re.compile(GRAMMAR)
_FRACTION: Final = re.compile(r"\.([0-9]+)")
_LONGEST: Final = 35


def instant(text: str) -> datetime | None:
    """Return the instant that `text` names, or None if it names none."""
    if len(text) > _LONGEST or not _WHOLE.fullmatch(text):
        return None
    year, month, day = int(text[:4]), int(text[5:7]), int(text[8:10])
    hour, minute, second = int(text[11:13]), int(text[14:16]), int(text[17:19])
    return datetime(year, month, day, hour, minute, second, _micros(text), tzinfo=_zone(text))


def _micros(text: str) -> int:
    fraction = _FRACTION.search(text)
    return int(fraction[1][:6].ljust(6, "0")) if fraction else 0


def _zone(text: str) -> timezone:
    if text[-1] in "Zz":
        return UTC
    offset = timedelta(hours=int(text[-5:-3]), minutes=int(text[-2:]))
    return timezone(-offset if text[-6] == "-" else offset)
