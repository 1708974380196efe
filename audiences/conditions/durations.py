"""Durations as operators write them: `90s`, `15m`, `3h`, `2d`, `1w`, and sums such as `1d12h`."""

import re
from datetime import timedelta
from typing import Any, Final

from config.kit.phrases import phrase

SECONDS: Final = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
LONGEST: Final = timedelta(days=36_500)
HINT: Final = phrase("write a number and one of s, m, h, d, w, such as 90s, 3h, 30d or 1d12h")
PATTERN: Final = r"^([0-9]{1,10}[wdhms])+$"

_WHOLE: Final = re.compile(r"(?:[0-9]{1,10}[wdhms])+")
_PART: Final = re.compile(r"([0-9]{1,10})([wdhms])")
_CALENDAR: Final = re.compile(r"(?i)[0-9.]+\s*(mo|month|months|y|yr|year|years)")


def read(written: Any) -> timedelta:
    """Return the duration that `written` names, or raise ValueError saying what is wrong with it."""
    if not isinstance(written, str):
        raise ValueError(phrase("a duration is a text"))
    if _CALENDAR.fullmatch(written) or written.endswith("M"):
        raise ValueError(phrase("months and years differ in length and are no durations; count days or weeks"))
    if not _WHOLE.fullmatch(written):
        raise ValueError(phrase("not a duration"))
    total = timedelta(seconds=min(_seconds(written), 10**12))
    if total > LONGEST:
        raise ValueError(phrase("longer than the longest duration, %(days)sd", days=LONGEST.days))
    return total


def _seconds(written: str) -> int:
    return sum(int(count) * SECONDS[unit] for count, unit in _PART.findall(written))


def write(duration: timedelta) -> str:
    """Return the shortest sum that names `duration`, without weeks: `1d12h`; parts of a second are dropped."""
    left = duration.days * 86_400 + duration.seconds
    parts = []
    for unit in "dhms":
        count, left = divmod(left, SECONDS[unit])
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
