"""How values of events and people are looked up and compared: missing ones, numbers, and text.

Numbers compare as the exact decimals that their shortest JSON form writes, as PostgreSQL's numeric does: 10²³ the
integer equals 1e23 the fraction, though the nearest double is a little less. Text compares after NFC, by code points.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from math import isfinite
from typing import Any, Final
from unicodedata import is_normalized, normalize

MISSING: Final = None
"""What a look-up returns where there is nothing: JSON's null says the same."""

EXACT: Final = 2.0**53
"""From here on a double is no longer every integer, and its shortest form names another one than itself."""

Value = Any
Lookup = Callable[[Mapping[str, Any]], Value]


def nfc(text: str) -> str:
    """Return `text` in Unicode normal form C."""
    return text if text.isascii() or is_normalized("NFC", text) else normalize("NFC", text)


def number(value: Value) -> int | float | None:
    """Return `value` as a number that compares exactly with any other, or None: a truth value is no number."""
    kind = type(value)
    if kind is int:
        return value  # type: ignore[no-any-return]
    if kind is not float or not isfinite(value):
        return None
    return value if -EXACT < value < EXACT else int(Decimal(repr(value)))


def exact(value: int | float) -> int | Decimal:
    """Return a number as the decimal that its shortest form writes, so that it adds and compares exactly."""
    return value if isinstance(value, int) else Decimal(repr(value))


def scalar(value: Value) -> str | int | float | bool | None:
    """Return the comparable form of a text, number or truth value; None for anything else."""
    if type(value) is str:
        return nfc(value)
    return value if type(value) is bool else number(value)


def present(value: Value) -> Value:
    """Return `value`, or MISSING if it is an empty text or an empty list."""
    return MISSING if value in ("", []) else value


def lookup(name: str) -> Lookup:
    """Return the reader of the dotted path `name`; a path leads through objects only, never into a list."""
    path = tuple(name.split("."))
    if len(path) == 1:
        return lambda tree: present(tree.get(name))

    def read(tree: Mapping[str, Any]) -> Value:
        value: Any = tree
        for part in path:
            if not isinstance(value, Mapping):
                return MISSING
            value = value.get(part)
        return present(value)

    return read
