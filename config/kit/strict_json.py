"""Reads JSON from outside strictly: what PostgreSQL, JavaScript or a reader could misunderstand is refused by place."""

import json
import math
from collections.abc import Iterator
from typing import Any, Final

from config.kit.errors import InputRefused, Problem
from config.kit.phrases import phrase

MAX_DEPTH: Final = 64
MAX_PROBLEMS: Final = 20


class Malformed(InputRefused):
    """A body that is not JSON at all (HTTP 400, where other refusals are 422)."""


class _Doubled(dict[str, Any]):
    """An object in which a key stood twice; which one, the walk reports with its place."""

    key: str = ""


class _NotFinite:
    """Stands where NaN or Infinity stood."""

    def __init__(self, text: str) -> None:
        self.text = text


def read(body: bytes) -> Any:
    """Return the value that `body` holds; raise `Malformed`, or `InputRefused` naming each forbidden place."""
    value = _decode(body)
    problems = list(faults(value))
    if problems:
        raise InputRefused(problems)
    return value


def faults(value: Any) -> Iterator[Problem]:
    """Yield what is forbidden in a decoded value, with its JSON pointer, at most `MAX_PROBLEMS`."""
    found = 0
    todo: list[tuple[str, Any, int]] = [("", value, 1)]
    while todo and found < MAX_PROBLEMS:
        path, item, depth = todo.pop()
        for problem in _own_faults(path, item, depth):
            found += 1
            yield problem
        if depth <= MAX_DEPTH:
            todo.extend((f"{path}/{pointer(name)}", child, depth + 1) for name, child in _children(item))


def pointer(name: str | int) -> str:
    """Return one step of a JSON pointer (RFC 6901), printable whatever the name holds."""
    text = str(name)[:80].replace("~", "~0").replace("/", "~1").replace("\x00", "\\0")
    return text.encode("utf-8", "backslashreplace").decode()


def _decode(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=_pairs, parse_constant=_NotFinite)
    except UnicodeDecodeError as error:
        problem = Problem(
            path="",
            message=phrase("byte %(start)s is not UTF-8", start=error.start),
            hint=phrase("Send the body as UTF-8."),
        )
    except json.JSONDecodeError as error:
        problem = Problem(
            path="",
            message=phrase(
                "not JSON at line %(line)s, column %(column)s: %(msg)s",
                line=error.lineno,
                column=error.colno,
                msg=error.msg,
            ),
            hint=phrase("Mend the body at that place."),
        )
    except RecursionError:
        problem = Problem(
            path="",
            message=phrase("nested too deeply"),
            hint=phrase("Nest at most %(most)s levels.", most=MAX_DEPTH),
        )
    except ValueError:
        problem = Problem(
            path="", message=phrase("a number has more than 4300 digits"), hint=phrase("Send it as a string.")
        )
    raise Malformed([problem])


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    doubled, seen = _Doubled(plain), set[str]()
    for name, _value in pairs:
        if name in seen:
            doubled.key = name
        seen.add(name)
    return doubled


def _children(item: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(item, dict):
        yield from item.items()
    elif isinstance(item, list):
        yield from enumerate(item)


def _own_faults(path: str, item: Any, depth: int) -> Iterator[Problem]:
    if isinstance(item, str):
        yield from _text_faults(path, item)
    elif isinstance(item, _NotFinite):
        yield Problem(
            path=path,
            message=phrase("%(text)s is not a JSON number", text=item.text),
            hint=phrase("Send a finite number or null."),
        )
    elif isinstance(item, float) and not math.isfinite(item):
        yield Problem(path=path, message=phrase("the number is too large"), hint=phrase("Send a number below 1.8e308."))
    elif isinstance(item, dict | list) and depth > MAX_DEPTH:
        yield Problem(
            path=path,
            message=phrase("nested too deeply"),
            hint=phrase("Nest at most %(most)s levels.", most=MAX_DEPTH),
        )
    elif isinstance(item, dict):
        yield from _object_faults(path, item)


def _object_faults(path: str, item: dict[str, Any]) -> Iterator[Problem]:
    if isinstance(item, _Doubled):
        place = f"{path}/{pointer(item.key)}"
        yield Problem(
            path=place, message=phrase("the key stands here more than once"), hint=phrase("Keep one of them.")
        )
    for name, child in item.items():
        place = f"{path}/{pointer(name)}"
        yield from _text_faults(place, name)
        if (name.startswith("__") and name.endswith("__")) or (name == "constructor" and isinstance(child, dict)):
            yield Problem(
                path=place,
                message=phrase("the key has a meaning in JavaScript"),
                hint=phrase("Use another name for it."),
            )


def _text_faults(path: str, text: str) -> Iterator[Problem]:
    if "\x00" in text:
        yield Problem(path=path, message=phrase("contains the character U+0000"), hint=phrase("Remove it."))
    try:
        text.encode()
    except UnicodeEncodeError as error:
        half = f"U+{ord(text[error.start]):04X}"
        yield Problem(
            path=path,
            message=phrase("contains half a surrogate pair (%(half)s)", half=half),
            hint=phrase("Send whole characters."),
        )
