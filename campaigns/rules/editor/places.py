"""Where the parts of a JSON text stand: the line of each pointer, so that a problem is shown beside its line."""

import json
import re
from json.decoder import py_scanstring as scanstring  # type: ignore[attr-defined]  # json reads strings with it
from typing import Any, Final

from config.kit.errors import Problem, refuse

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_SCALAR: Final = re.compile(r"[^\s,\]}]+")
DEEPEST: Final = 100


def read(text: str) -> Any:
    """Return what a JSON text says; raises `InputRefused` at the line where it is none."""
    try:
        return json.loads(text)
    except RecursionError:
        raise refuse("", "it is nested too deeply") from None
    except json.JSONDecodeError as fault:
        raise refuse(f"line {fault.lineno}", f"{fault.msg}, at character {fault.colno}") from None


def lines(text: str) -> dict[str, int]:
    """Return the line (from 1) at which each value stands, by its pointer; of broken JSON as far as it can be read."""
    found: dict[str, int] = {}
    try:
        _walk(text, 0, "", found)
    except (ValueError, IndexError, AttributeError):  # it ends too early, or is no JSON from here on
        return found
    return found


def placed(problems: list[Problem], text: str) -> list[dict[str, Any]]:
    """Return the problems with their lines: that of the nearest value that there is around a missing one."""
    known = lines(text)
    return [
        {"line": _line(one.path, known), "path": one.path, "message": one.message, "hint": one.hint} for one in problems
    ]


def _line(path: str, known: dict[str, int]) -> int:
    if path.startswith("line "):
        return int(path.removeprefix("line "))
    while path and path not in known:
        path = path.rpartition("/")[0]
    return known.get(path, 1)


def _walk(text: str, at: int, path: str, found: dict[str, int]) -> int:
    at = _skip(text, at)
    found[path] = text.count("\n", 0, at) + 1
    if path.count("/") > DEEPEST:
        raise ValueError(path)
    if text[at] == "{":
        return _object(text, at + 1, path, found)
    if text[at] == "[":
        return _list(text, at + 1, path, found)
    if text[at] == '"':
        return int(scanstring(text, at + 1, True)[1])
    scalar = _SCALAR.match(text, at)
    return scalar.end() if scalar else len(text) + 1


def _object(text: str, at: int, path: str, found: dict[str, int]) -> int:
    at = _skip(text, at)
    while text[at] != "}":
        name, at = scanstring(text, _skip(text, at) + 1, True)
        pointer = name.replace("~", "~0").replace("/", "~1")
        at = _skip(text, _walk(text, _skip(text, at) + 1, f"{path}/{pointer}", found))
        at = _skip(text, at + 1) if text[at] == "," else at
    return at + 1


def _list(text: str, at: int, path: str, found: dict[str, int]) -> int:
    at, place = _skip(text, at), 0
    while text[at] != "]":
        at = _skip(text, _walk(text, at, f"{path}/{place}", found))
        at, place = (_skip(text, at + 1) if text[at] == "," else at), place + 1
    return at + 1


def _skip(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at
