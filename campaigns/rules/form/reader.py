"""Walks over one definition and gathers its problems, so that the author sees all of them at once."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

from config.kit.errors import Problem

KEY: Final = re.compile(r"\w[\w.\-]{0,99}")
KEY_HINT: Final = "1 to 100 letters, digits, dots, dashes, underscores"
T = TypeVar("T")


class Reader:
    """The definition as it came, and what was found wrong with it so far; paths are JSON pointers."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        self.problems: list[Problem] = []

    def problem(self, path: str, message: str, hint: str = "") -> None:
        """Note a fault at `path`."""
        self.problems.append(Problem(path=path, message=message, hint=hint))

    def problems_under(self, prefix: str, problems: Sequence[Problem]) -> None:
        """Note the faults that another reader found in the part at `prefix`."""
        self.problems += [Problem(path=prefix + each.path, message=each.message, hint=each.hint) for each in problems]

    def typed(self, key: str, kind: type[T], default: T, *, hint: str = "") -> T:
        """Return the value of a top-level key, `default` where it is left out or (noted) of another kind."""
        value = self.raw.get(key, default)
        if type(value) is not kind:
            self.problem(f"/{key}", f"{shown(value)} is not a {_KIND_NAMES[kind]}", hint)
            return default
        return value

    def key(self, path: str, value: Any, *, what: str = "key", hint: str = KEY_HINT) -> str:
        """Return a key in NFC; an empty text, and a note, if `value` is none."""
        if not isinstance(value, str) or not KEY.fullmatch(value):
            self.problem(path, f"{shown(value)} is not {what}", hint)
            return ""
        return unicodedata.normalize("NFC", value)


_KIND_NAMES: Final[Mapping[type, str]] = {str: "text", bool: "true or false", int: "whole number"}


def pointer(key: Any) -> str:
    """Return a key as a step of a JSON pointer."""
    return str(key)[:100].replace("~", "~0").replace("/", "~1")


def shown(value: Any) -> str:
    """Return a value as a message shows it: short, however long it is."""
    text = repr(value)
    return text if len(text) <= 80 else text[:79] + "…"
