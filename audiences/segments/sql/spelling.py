"""Tells which texts have one spelling only, so that PostgreSQL may compare them as they are stored.

Two texts are equal when their NFC is. For most limits no other text has the same NFC, and then nothing need be
normalised; others have a few spellings that can be listed. The rule is careful: it gives up on some texts that would
do, and never the other way round.
"""

from collections.abc import Mapping
from functools import cache
from itertools import product
from math import prod
from typing import Final
from unicodedata import category, combining, decomposition, normalize

MOST: Final = 16
_NUMERIC: Final = "-0123456789"
_OTHERS: Final = ("true", "false")


def spellings(text: str) -> tuple[str, ...]:
    """Return every text whose NFC is this one; none where they cannot be listed, or are too many.

    The text must hold no mark (whatever decomposes ends in one) and nothing that decomposes. Then others differ from
    it only by second names of its characters, as the Kelvin sign is one of K.
    """
    names = _second_names()
    choices = [(char, *names.get(char, "")) if _stands_alone(char) else () for char in text]
    if prod(map(len, choices)) > MOST:
        return ()
    return tuple("".join(chars) for chars in product(*choices))


def is_spelt_once(text: str) -> bool:
    """Return whether no other text has this one as its NFC, or has it in its NFC as a part."""
    return len(spellings(text)) == 1


def only_text(text: str) -> bool:
    """Return whether no JSON value but a text is written so: no number, truth value, list or object, nor nothing."""
    return bool(text) and text[0] not in _NUMERIC and text[0] not in "[{" and text not in _OTHERS


def ends_only_text(text: str) -> bool:
    """Return whether no JSON value but a text is written so that it ends like this."""
    return (
        bool(text.strip(_NUMERIC + "+.eE"))
        and text[-1] not in "]}"
        and not any(other.endswith(text) for other in _OTHERS)
    )


def _stands_alone(char: str) -> bool:
    if char.isascii():
        return True
    return not combining(char) and not category(char).startswith("M") and normalize("NFD", char) == char


@cache
def _second_names() -> Mapping[str, str]:
    """Return, by character, those of which it is the whole decomposition."""
    names: dict[str, str] = {}
    for code in (*range(0x80, 0xD800), *range(0xF900, 0x10000), *range(0x2F800, 0x2FA20)):
        found = decomposition(chr(code))
        if found and "<" not in found and " " not in found:
            plain = normalize("NFC", chr(code))
            names[plain] = names.get(plain, "") + chr(code)
    return names
