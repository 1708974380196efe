"""Keeps each Liquid filter within bounds, so that no chain of them can eat the worker's memory or time.

Liquid's own limits watch loops, output and assigned values; a single filter call (`replace` of each letter
by a long text, `join` of a range of a billion) escapes them, hence the checks before the call.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from functools import wraps
from typing import Any, Final

from liquid import Environment
from liquid.exceptions import FilterArgumentError, LiquidError
from liquid.filter import with_context
from liquid.undefined import is_undefined

MAX_TEXT: Final = 100_000
MAX_ITEMS: Final = 10_000
MAX_BITS: Final = 4_096
MAX_FORMAT: Final = 200

# `safe` would let a person's own text through as HTML; `escapejs` has no place in a message.
# The base64 and URL decoders turn checked text into unchecked bytes.
DROPPED: Final = (
    "safe",
    "escapejs",
    "base64_encode",
    "base64_decode",
    "base64_url_safe_encode",
    "base64_url_safe_decode",
    "url_decode",
)
Filter = Callable[..., Any]


class FilterLimitError(LiquidError):
    """A filter was asked for more than the limits allow."""

    def __init__(self, message: str) -> None:
        super().__init__(message, token=None)


def bound_filters(env: Environment) -> None:
    """Replace the filters of `env` by bounded ones and drop those that a message must not have."""
    for name in DROPPED:
        env.filters.pop(name, None)
    env.filters["date"] = format_date
    for name, function in list(env.filters.items()):
        env.filters[name] = _bounded(function, GROWTH.get(name), takes_missing=name == "default")


def _bounded(function: Filter, growth: Callable[..., int] | None, *, takes_missing: bool) -> Filter:
    @wraps(function)
    def call(value: Any, *args: Any, **kwargs: Any) -> Any:
        _check([value, *args])
        if not takes_missing:
            _demand([value, *args])
        if growth is not None and growth(value, *args) > MAX_TEXT:
            raise FilterLimitError(f"a filter's result would be longer than {MAX_TEXT} characters")
        result = function(value, *args, **kwargs)
        _check([result])
        return result

    return call


def _check(values: Iterable[Any]) -> None:
    for value in values:
        if isinstance(value, str):
            if len(value) > MAX_TEXT:
                raise FilterLimitError(f"a text is longer than {MAX_TEXT} characters")
        elif isinstance(value, int):
            if value.bit_length() > MAX_BITS:
                raise FilterLimitError(f"a number has more than {MAX_BITS} bits")
        elif isinstance(value, list | tuple | range) and _is_long(value):
            raise FilterLimitError(f"a list has more than {MAX_ITEMS} items")


def _demand(values: Iterable[Any]) -> None:
    """Let a missing variable speak up, where Liquid would reckon with nothing in its place."""
    for value in values:
        if is_undefined(value):
            str(value)


def _is_long(items: list[Any] | tuple[Any, ...] | range) -> bool:
    try:
        return len(items) > MAX_ITEMS
    except OverflowError:
        return True


def _replaced(value: Any, old: Any = "", new: Any = "", *_: Any) -> int:
    text, old, new = str(value), str(old), str(new)
    return len(text) + text.count(old) * len(new)


def _joined(value: Any, separator: Any = " ", *_: Any) -> int:
    if not isinstance(value, list | tuple | range):
        return 0
    return sum(len(str(item)) for item in value) + len(value) * len(str(separator))


GROWTH: Final[dict[str, Callable[..., int]]] = {"replace": _replaced, "join": _joined}


@with_context
def format_date(value: Any, pattern: Any = "%Y-%m-%d", *, context: Any) -> str:
    """Write an instant by a strftime pattern; `now` is the instant of the render, never the worker's clock."""
    moment = _instant(value, context)
    pattern = str(pattern)
    if len(pattern) > MAX_FORMAT:
        raise FilterLimitError(f"a date pattern is longer than {MAX_FORMAT} characters")
    return str(value) if moment is None else moment.strftime(pattern)


def _instant(value: Any, context: Any) -> date | None:
    if isinstance(value, date):
        return value
    if value in ("now", "today"):
        value = context.globals.get("now")
        if value is None:
            raise FilterArgumentError("the render was given no present instant", token=None)
    try:
        return datetime.fromtimestamp(value, UTC) if isinstance(value, int | float) else datetime.fromisoformat(value)
    except (ValueError, TypeError, OverflowError, OSError):
        return None
