"""The values that cells of a decision table write: numbers, texts, yes or no, instants and days."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import isfinite
from typing import Any, Final
from zoneinfo import ZoneInfo

from audiences.conditions.instants import instant

LONGEST: Final = 2_000
YES: Final = ("yes", "true", "y", "是")
NO: Final = ("no", "false", "n", "否")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_PLAIN: Final = re.compile(r'[^\s",，=<>!+-][^",，+]*|-[^\s",，.][^",，+]*')
_RESERVED: Final = re.compile(r"(?i)(not|contains|starts with|ends with|matches|has all|known|missing|any)\b")


class Unreadable(ValueError):
    """A text that writes no value of the type; `hint` shows one that does."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant, or a whole day of a zone: from `start` until before `end`. `written` is its one canonical form."""

    start: datetime
    end: datetime
    written: str


def read_number(text: str) -> int | float:
    """Read a number as JSON writes it."""
    try:
        found = json.loads(text) if len(text) <= 320 else None
    except ValueError:
        found = None
    if type(found) is int or (type(found) is float and isfinite(found)):
        return found
    hint = "write digits only: 1000" if re.fullmatch(r"[\d,]+", text) else "such as 12, 0.5 or -3"
    raise Unreadable(f"{shown(text)} is no number", hint)


def read_text(text: str) -> str:
    """Read a text: as it stands, or in double quotes (a quote inside is doubled)."""
    if text.startswith('"'):
        if len(text) < 2 or not text.endswith('"') or '"' in text[1:-1].replace('""', ""):
            raise Unreadable(f"{shown(text)} has a quote without its counterpart", 'such as "Rome, north"')
        text = text[1:-1].replace('""', '"')
    if not text:
        raise Unreadable("an empty text counts as missing", "write missing")
    return text


def write_text(text: str) -> str:
    """Write a text so that it is read as this text, in quotes only where it must be."""
    plain = _PLAIN.fullmatch(text) and not _RESERVED.match(text) and text == text.strip() and ".." not in text
    return text if plain else '"' + text.replace('"', '""') + '"'


def read_truth(text: str) -> bool:
    """Read yes or no."""
    if text.lower() in YES:
        return True
    if text.lower() in NO:
        return False
    raise Unreadable(f"{shown(text)} is neither yes nor no", "write yes or no")


def write_truth(value: bool) -> str:
    return YES[0] if value else NO[0]


def read_moment(text: str, zone: ZoneInfo) -> Moment:
    """Read an instant with its offset, or a day, which begins at midnight in `zone`."""
    if (found := instant(text)) is not None:
        return Moment(found, found + timedelta(microseconds=1), text)
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or not 1000 <= day.year <= 9998:
        raise Unreadable(f"{shown(text)} is no day and no instant", "such as 2026-01-05 or 2026-01-05T08:00:00Z")
    start, end = (datetime.combine(each, time(), zone) for each in (day, day + timedelta(days=1)))
    return Moment(start, end, text)


def shown(text: Any) -> str:
    """Return a cell as a message shows it."""
    found = text if isinstance(text, str) else json.dumps(text, ensure_ascii=False, default=str)
    return repr(found if len(found) <= 60 else found[:59] + "…")


def write_number(value: int | float) -> str:
    return json.dumps(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """How values of a type are read and written."""

    read: Callable[[str], Any]
    write: Callable[[Any], str]


SCALARS: Final[dict[str, Scalar]] = {
    "number": Scalar(read=read_number, write=write_number),
    "text": Scalar(read=read_text, write=write_text),
    "truth": Scalar(read=read_truth, write=write_truth),
}
