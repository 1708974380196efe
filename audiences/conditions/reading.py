"""What every reader of a definition shares: collecting problems, pointers to them, and the limits on raw input."""

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from math import isfinite
from typing import Any, Final

from audiences.conditions.values import nfc
from config.kit.errors import InputRefused, Problem
from config.kit.phrases import phrase

LARGEST: Final = 64 * 1024
DEEPEST_JSON: Final = 64
GREATEST: Final = 10**309 - 1
MOST_PROBLEMS: Final = 50
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
LONGEST_NAME: Final = 300
DEEPEST_NAME: Final = 10


def pointer(path: str, *parts: str | int) -> str:
    """Return the JSON pointer of `parts` below `path` (RFC 6901)."""
    return path + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def did_you_mean(word: str, known: Iterable[str], *, otherwise: str = "") -> str:
    """Return a hint naming the known word that is nearest to `word`, else `otherwise`."""
    near = get_close_matches(word[:40].lower(), list(known), n=1, cutoff=0.6)
    return phrase("did you mean %(near)s?", near=near[0]) if near else otherwise


def check_raw(raw: Any, *, path: str = "") -> None:
    """Refuse what no definition may hold, before anything descends into it: too large, too deep, not plain JSON.

    Keeps its own stack, so that ten thousand nested lists cost a refusal and not the interpreter's.
    """
    size = 0
    stack: list[tuple[Any, str, int]] = [(raw, path, 0)]
    while stack:
        value, at, depth = stack.pop()
        size += _cost(value, at)
        if depth > DEEPEST_JSON:
            raise _refused(
                path,
                phrase("nested more than %(most)s levels deep", most=DEEPEST_JSON),
                phrase("flatten it, or use segments"),
            )
        if size > LARGEST:
            raise _refused(
                path, phrase("larger than %(most)s kB", most=LARGEST // 1024), phrase("split it into segments")
            )
        if isinstance(value, dict | list):
            stack.extend((item, place, depth + 1) for item, place in _below(value, at))


def _below(value: dict[Any, Any] | list[Any], at: str) -> Iterator[tuple[Any, str]]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield item, pointer(at, index)
        return
    for key, item in value.items():
        if not isinstance(key, str):
            raise _refused(at, phrase("%(key)s is no name", key=repr(key)), phrase("names are texts"))
        yield key, at
        yield item, pointer(at, key if _clean(key) else "?")


def _cost(value: Any, at: str) -> int:
    """Return about how many bytes `value` takes on its own; refuse what JSON cannot say."""
    if isinstance(value, str):
        if len(value) <= LARGEST and not _clean(value):
            raise _refused(at, phrase("holds a NUL or half of a surrogate pair"), phrase("send valid Unicode text"))
        return len(value) + 2
    if isinstance(value, float) and not isfinite(value):
        raise _refused(at, phrase("not a finite number"), phrase("give a number that JSON can write"))
    if value is None or isinstance(value, bool | float | dict | list):
        return 5
    if isinstance(value, int):
        if abs(value) > GREATEST:
            raise _refused(at, phrase("a number of more than 309 digits"), phrase("write it as a text"))
        return value.bit_length() // 3 + 2
    raise _refused(
        at,
        phrase("a %(kind)s is not JSON", kind=type(value).__name__),
        phrase("write texts, numbers, true, false, lists and objects"),
    )


def _clean(text: str) -> bool:
    return "\0" not in text and (text.isascii() or not _SURROGATE.search(text))


def _refused(path: str, message: str, hint: str) -> InputRefused:
    return InputRefused([Problem(path=path, message=message, hint=hint)])


class Problems:
    """Collects what is wrong with an input, up to a number that somebody can read."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def add(self, path: str, message: str, hint: str = "") -> None:
        if len(self._found) < MOST_PROBLEMS:
            self._found.append(Problem(path=path, message=message, hint=hint))

    def __bool__(self) -> bool:
        return bool(self._found)

    def refuse_if_any(self) -> None:
        """Raise InputRefused if anything was found."""
        if self._found:
            raise InputRefused(self._found)

    def unknown_keys(self, raw: dict[str, Any], known: Iterable[str], *, path: str) -> None:
        """Report the keys of `raw` that are not `known`."""
        names = list(known)
        for key in raw:
            if key not in names:
                hint = did_you_mean(key, names, otherwise=phrase("known here: %(names)s", names=", ".join(names)))
                self.add(pointer(path, key), phrase("unknown key %(key)s", key=repr(key[:60])), hint)

    def name(self, raw: Any, *, path: str, of: str) -> str | None:
        """Read a name (an event, a segment): a text that is not empty, in NFC."""
        if not isinstance(raw, str) or not raw.strip():
            self.add(path, phrase("the name of %(of)s is missing", of=of), phrase("give a text"))
        elif len(raw) > LONGEST_NAME:
            self.add(
                path,
                phrase("a name of %(n)s characters", n=len(raw)),
                phrase("use at most %(most)s", most=LONGEST_NAME),
            )
        else:
            return nfc(raw)
        return None

    def dotted(self, raw: Any, *, path: str, of: str) -> str | None:
        """Read a dotted path such as `address.city`."""
        name = self.name(raw, path=path, of=of)
        if name is None:
            return None
        parts = name.split(".")
        if not all(parts) or len(parts) > DEEPEST_NAME:
            hint = phrase("write 1 to %(most)s names with a dot between", most=DEEPEST_NAME)
            self.add(path, phrase("%(name)s is no dotted path", name=repr(name[:60])), hint)
            return None
        return name
