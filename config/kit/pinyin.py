"""Finds Chinese text by its pinyin: initials (hydj), syllables (huiyuan) or both mixed find 会员等级.

A character that is read in several ways (会: huì, kuài) is found by each of them.
"""

import json
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.util import find_spec
from itertools import islice, product
from pathlib import Path
from typing import Final, TypeVar

Named = TypeVar("Named")
MAX_QUERY: Final = 100
MAX_KEYS: Final = 16


def matches(text: str, query: str) -> bool:
    """Whether `text` contains `query` as it stands, or what `query` spells in pinyin. An empty query matches all."""
    wanted = _folded(query)[:MAX_QUERY].replace(" ", "")
    folded = _folded(text)
    return wanted in folded.replace(" ", "") or (wanted.isascii() and _spelled(folded, wanted))


def narrowed(rows: Iterable[tuple[Named, Sequence[str]]], query: str) -> list[Named]:
    """Return those of `rows` (something and its texts) of which one text matches."""
    return [row for row, texts in rows if any(matches(text, query) for text in texts)]


def keys(text: str) -> tuple[str, ...]:
    """Return what `text` is found under: itself, its syllables by the usual readings, its initials by every reading."""
    folded = _folded(text)
    found = [readings(character) or (character,) for character in folded if not character.isspace()]
    if all(len(forms) == 1 and forms[0].isascii() and len(forms[0]) == 1 for forms in found):
        return (folded,)
    usual = "".join(forms[0] for forms in found)
    choices = [dict.fromkeys(form[0] for form in forms) for forms in found]
    initials = ("".join(letters) for letters in islice(product(*choices), MAX_KEYS))
    return tuple(dict.fromkeys((folded, usual, *initials)))


def readings(character: str) -> tuple[str, ...]:
    """Return how a Chinese character is read, without tones, the usual way first; nothing for other characters."""
    if character < "㐀" and character != "〇":
        return ()
    return _toneless(_dictionary().get(str(ord(character)), ""))


def _spelled(text: str, query: str) -> bool:
    """Walk over the text with all the places in the query that one can have come to; each character may start anew."""
    places = {0}
    for character in text:
        forms = readings(character) or (character,)
        reached = {place for place in places if character.isspace()}
        for place in places | {0}:
            reached |= _reached(query, place, forms)
        if len(query) in reached:
            return True
        places = reached
    return False


def _reached(query: str, place: int, forms: Sequence[str]) -> set[int]:
    """The places after a character that is read as one of `forms`, each of which may be cut short."""
    found = set()
    for form in forms:
        for length in range(1, len(form) + 1):
            if query[place : place + length] != form[:length]:
                break
            found.add(place + length)
    return found


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


@lru_cache(maxsize=8192)
def _toneless(marked: str) -> tuple[str, ...]:
    plain: dict[str, None] = {}
    for syllable in filter(None, marked.split(",")):
        parts = unicodedata.normalize("NFD", syllable)
        bare = "".join(letter for letter in parts if not unicodedata.combining(letter))
        plain[bare] = None
        if "\u0308" in parts:  # ü is typed as v
            plain[bare.replace("u", "v")] = None
    return tuple(plain)


@lru_cache(maxsize=1)
def _dictionary() -> dict[str, str]:
    """The readings of characters; read as data, for importing the package would load 50 MB of phrases as well."""
    spec = find_spec("pypinyin")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("pypinyin is not installed")
    found: dict[str, str] = json.loads((Path(spec.origin).parent / "pinyin_dict.json").read_bytes())
    return found
