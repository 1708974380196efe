"""Turns the text of a cell (or a JSON value) into the value that is kept, or says what was expected instead."""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

Convert = Callable[[Any], Any]
NUMBER: Final = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3})?", re.ASCII)
WHOLE: Final = re.compile(r"[-+]?\d{1,18}", re.ASCII)
YES: Final = frozenset({"true", "yes", "y", "t", "1", "on", "是", "真"})
NO: Final = frozenset({"false", "no", "n", "f", "0", "off", "否", "假"})
GRANTED: Final = frozenset({"granted", "subscribed", "同意", "已同意", "订阅"}) | YES
WITHDRAWN: Final = frozenset({"withdrawn", "unsubscribed", "拒绝", "已撤回", "退订"}) | NO
TYPES: Final = ("text", "number", "boolean", "instant", "list")
MS: Final = 100_000_000_000
"""Numbers above it are milliseconds since 1970, those below seconds."""


class Unfit(ValueError):
    """A value that does not fit; says which reason that is and what was expected."""

    def __init__(self, reason: str, expected: str) -> None:
        self.reason, self.expected = reason, expected
        super().__init__(expected)


def text(value: Any) -> str:
    """Text is kept as it stands: what looks like a formula is text like any other."""
    if type(value) is str:
        return value
    if type(value) in (int, float):
        return str(value)
    raise Unfit("not_text", "text")


def number(value: Any) -> int | float:
    """Whole numbers stay whole; a decimal comma, spaces and units are refused rather than guessed."""
    if type(value) is str:
        value = value.strip()
        if WHOLE.fullmatch(value):
            return int(value)
        if NUMBER.fullmatch(value) and math.isfinite(read := float(value)):
            return read
    elif type(value) in (int, float) and math.isfinite(value):
        return value  # type: ignore[no-any-return]
    raise Unfit("not_a_number", "a number like 1234.56, without separators or unit")


def boolean(value: Any) -> bool:
    if type(value) is bool:
        return value
    said = str(value).strip().lower()
    if said in YES:
        return True
    if said in NO:
        return False
    raise Unfit("not_a_boolean", "yes or no (also true/false, 1/0, 是/否)")


def consent(value: Any) -> str:
    """Return the state of consent that a cell names."""
    said = str(value).strip().lower()
    if said in GRANTED:
        return "granted"
    if said in WITHDRAWN:
        return "withdrawn"
    raise Unfit("not_a_consent", "granted or withdrawn (also yes/no, 是/否, 订阅/退订)")


def instant(zone: str) -> Convert:
    """Return the reader of times; those without an offset are local times of `zone`."""
    here = ZoneInfo(zone)

    def read(value: Any) -> str:
        if type(value) is str:
            if len(value) > 40:
                raise Unfit("not_a_time", _TIME)
            plain = value.strip()
            if WHOLE.fullmatch(plain) and len(plain) >= 9:
                value = int(plain)
            else:
                return _read_time(plain, here)
        if type(value) in (int, float) and 0 < value < MS * 100:
            return datetime.fromtimestamp(value / 1000 if value > MS else value, UTC).isoformat()
        raise Unfit("not_a_time", _TIME)

    return read


_TIME: Final = "a time like 2026-01-31 12:00:00 or 2026-01-31T12:00:00+08:00"


_LOOSE: Final = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII
)
"""As spreadsheets write it: 2026/1/31 9:05."""


def _parsed(plain: str) -> datetime:
    try:
        return datetime.fromisoformat(plain)
    except ValueError:
        if loose := _LOOSE.fullmatch(plain):
            return datetime(*(int(part or 0) for part in loose.groups()))  # type: ignore[arg-type]  # noqa: DTZ001
        raise


def _read_time(plain: str, here: ZoneInfo) -> str:
    try:
        found = _parsed(plain)
    except ValueError:
        raise Unfit("not_a_time", _TIME) from None
    if found.tzinfo is None:
        local, found = found, found.replace(tzinfo=here)
        # a time that the clocks jumped over comes back as another one
        if here.key != "UTC" and found.astimezone(UTC).astimezone(here).replace(tzinfo=None) != local:
            raise Unfit("no_such_time", f"a time that exists in {here.key}: the clocks jumped over this one")
    return found.isoformat()


def list_of(separator: str) -> Convert:
    """Return the reader of lists of texts."""

    def read(value: Any) -> list[Any]:
        if type(value) is list:
            if all(type(item) in (str, int, float, bool) for item in value):
                return value
            raise Unfit("not_a_list", "a list of texts or numbers")
        return [piece for piece in (piece.strip() for piece in str(value).split(separator)) if piece]

    return read


def converter(kind: str, *, zone: str, separator: str) -> Convert:
    """Return the reader of a type."""
    match kind:
        case "number":
            return number
        case "boolean":
            return boolean
        case "instant":
            return instant(zone)
        case "list":
            return list_of(separator)
        case _:
            return text
