"""What an operator's value may be: read from JSON (ValueError says what is wrong), written back, described."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import re2

from audiences.conditions import durations, instants
from audiences.conditions.values import nfc, scalar
from config.kit.phrases import phrase

MOST_ITEMS: Final = 500
LONGEST_TEXT: Final = 2_000
LONGEST_PATTERN: Final = 500
_PATTERN_MEMORY: Final = 1 << 20


class Unfit(ValueError):
    """A value that the operator cannot be given; `hint` is the way out."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.said, self.hint = message, hint


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitKind:
    """One kind of value: how it is read, and its JSON Schema."""

    read: Callable[[Any], Any]
    schema: dict[str, Any] | None
    expects: str


def shown(value: Any) -> str:
    """Return `value` as JSON for a message, cut when long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:59] + "…"


def read_scalar(raw: Any) -> str | int | float | bool:
    if type(raw) is str:
        return _read_text(raw)
    value = scalar(raw)
    if value is None:
        raise Unfit(phrase("%(value)s is no text, number or truth value", value=shown(raw)), _no_scalar_hint(raw))
    return value


def _no_scalar_hint(raw: Any) -> str:
    return (
        phrase("use not_exists to ask for what is missing")
        if raw is None
        else phrase("use in, has_any or has_all for lists")
    )


def _read_text(raw: Any) -> str:
    if type(raw) is not str:
        raise Unfit(phrase("%(value)s is no text", value=shown(raw)), phrase("put it in quotes"))
    if len(raw) > LONGEST_TEXT:
        raise Unfit(
            phrase("a text of %(n)s characters", n=len(raw)),
            phrase("use at most %(most)s", most=LONGEST_TEXT),
        )
    return nfc(raw)


def _read_ordered(raw: Any) -> str | int | float:
    value = read_scalar(raw)
    if isinstance(value, bool):
        raise Unfit(phrase("%(value)s has no order", value=shown(raw)), phrase("give a number or a text, or use eq"))
    return value


def _read_range(raw: Any) -> tuple[Any, Any]:
    if not isinstance(raw, list) or len(raw) != 2:
        raise Unfit(
            phrase("%(value)s is no pair", value=shown(raw)), phrase("give the least and the greatest value: [10, 20]")
        )
    least, greatest = (_read_ordered(item) for item in raw)
    if isinstance(least, str) != isinstance(greatest, str):
        raise Unfit(
            phrase("%(value)s mixes a text and a number", value=shown(raw)), phrase("give two numbers or two texts")
        )
    if least > greatest:  # type: ignore[operator]
        raise Unfit(phrase("%(value)s holds nothing", value=shown(raw)), phrase("write the smaller value first"))
    return least, greatest


def _read_list(raw: Any) -> tuple[Any, ...]:
    if not isinstance(raw, list):
        raise Unfit(
            phrase("%(value)s is no list", value=shown(raw)),
            phrase("put it in brackets: [%(value)s]", value=shown(raw)),
        )
    if not raw:
        raise Unfit(phrase("the list is empty"), phrase("name at least one value"))
    if len(raw) > MOST_ITEMS:
        raise Unfit(
            phrase("a list of %(n)s values", n=len(raw)),
            phrase("use at most %(most)s, or a segment", most=MOST_ITEMS),
        )
    return tuple(read_scalar(item) for item in raw)


def _read_pattern(raw: Any) -> str:
    pattern = _read_text(raw)
    if len(pattern) > LONGEST_PATTERN:
        raise Unfit(
            phrase("a pattern of %(n)s characters", n=len(pattern)),
            phrase("use at most %(most)s", most=LONGEST_PATTERN),
        )
    try:
        compiled(pattern)
    except re2.error as error:
        reason = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else str(error)
        raise Unfit(
            phrase("not an RE2 pattern: %(reason)s", reason=reason),
            phrase("RE2 has no look-around and no back references"),
        ) from error
    return pattern


def compiled(pattern: str) -> Any:
    """Return the RE2 pattern, compiled; it runs in linear time and bounded memory on any text."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _PATTERN_MEMORY
    return re2.compile(pattern, options)  # type: ignore[no-untyped-call]


def _read_instant(raw: Any) -> datetime:
    found = instants.instant(raw) if isinstance(raw, str) else None
    if found is None:
        raise Unfit(phrase("%(value)s is no instant with an offset", value=shown(raw)), instants.HINT)
    return found


def read_duration(raw: Any) -> timedelta:
    try:
        return durations.read(raw)
    except ValueError as error:
        raise Unfit(phrase("%(value)s: %(fault)s", value=shown(raw), fault=error.args[0]), durations.HINT) from error


def _read_nothing(raw: Any) -> None:
    if raw is not None and raw is not True:
        raise Unfit(phrase("takes no value, but got %(value)s", value=shown(raw)), phrase("leave out value"))


_TEXT: Final = {"type": "string", "maxLength": LONGEST_TEXT}
_SCALAR: Final = {"anyOf": [_TEXT, {"type": "number"}, {"type": "boolean"}]}
_ORDERED: Final = {"anyOf": [_TEXT, {"type": "number"}]}
_MANY: Final = {"type": "array", "minItems": 1, "maxItems": MOST_ITEMS, "items": _SCALAR}
_PAIR: Final = {"type": "array", "minItems": 2, "maxItems": 2, "items": _ORDERED}

SCALAR: Final = LimitKind(read=read_scalar, schema=_SCALAR, expects=phrase("a text, a number or a truth value"))
ORDERED: Final = LimitKind(read=_read_ordered, schema=_ORDERED, expects=phrase("a number or a text"))
RANGE: Final = LimitKind(read=_read_range, schema=_PAIR, expects=phrase("two numbers or two texts"))
MANY: Final = LimitKind(read=_read_list, schema=_MANY, expects=phrase("a list of texts, numbers or truth values"))
TEXT: Final = LimitKind(read=_read_text, schema=_TEXT, expects=phrase("a text"))
PATTERN: Final = LimitKind(
    read=_read_pattern, schema={"type": "string", "maxLength": LONGEST_PATTERN}, expects=phrase("an RE2 pattern")
)
INSTANT: Final = LimitKind(
    read=_read_instant, schema={"type": "string", "format": "date-time"}, expects=phrase("an instant with its offset")
)
DURATION: Final = LimitKind(
    read=read_duration, schema={"type": "string", "pattern": durations.PATTERN}, expects=phrase("a duration")
)
NOTHING: Final = LimitKind(read=_read_nothing, schema=None, expects=phrase("no value"))
