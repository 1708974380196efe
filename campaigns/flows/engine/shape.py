"""Reads the values of a JSON definition one by one and gathers what is wrong with them, each with its place."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from difflib import get_close_matches
from typing import Any, Final

from audiences.conditions import Condition, Place, durations, parse
from config.kit.errors import InputRefused, Problem
from config.kit.phrases import phrase

MAX_TEXT: Final = 100
NAME: Final = re.compile(r"\w[\w.:-]{0,99}")
_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?")


def pointer(path: str, *parts: str | int) -> str:
    """Return `path` lengthened by `parts`, as a JSON pointer."""
    return path + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def nearest(word: str, known: Iterable[str], *, otherwise: str = "") -> str:
    """Return a hint that names the most likely intended word, or all that there are."""
    names = sorted(known)
    close = get_close_matches(word, names, n=1)
    if close:
        return phrase("did you mean %(name)s?", name=close[0])
    return phrase("use one of %(names)s", names=", ".join(names[:20])) if names else otherwise


@dataclass(frozen=True, slots=True)
class Shape:
    """One JSON object under examination: where it stands, what to call it, and the list of faults found so far."""

    raw: Mapping[str, Any]
    path: str
    label: str
    problems: list[Problem] = field(default_factory=list)

    def fault(self, key: str | int | None, message: str, hint: str = "") -> None:
        """Note a fault at `key` of this object (None: at the object itself)."""
        path = self.path if key is None else pointer(self.path, key)
        self.problems.append(Problem(path=path, message=self._said(message), hint=hint))

    def _said(self, message: str) -> str:
        return phrase("%(who)s: %(what)s", who=self.label, what=message)

    def inner(self, key: str, label: str | None = None) -> "Shape":
        """Return the object at `key`; an absent one is empty."""
        raw = self.raw.get(key)
        if raw is not None and not isinstance(raw, Mapping):
            self.fault(key, f"{key} must be an object", "write it in braces")
        return Shape(
            raw if isinstance(raw, Mapping) else {}, pointer(self.path, key), label or self.label, self.problems
        )

    def items(self, key: str, *, most: int) -> list["Shape"]:
        """Return the objects of the list at `key`; an absent list is empty."""
        raw = self.raw.get(key, [])
        if not isinstance(raw, list):
            self.fault(key, f"{key} must be a list", "write it in brackets")
            return []
        if len(raw) > most:
            self.fault(key, f"{key} holds {len(raw)} items; at most {most} are allowed", "split the flow")
            return []
        place = pointer(self.path, key)
        shapes = []
        for index, item in enumerate(raw):
            if isinstance(item, Mapping):
                shapes.append(Shape(item, pointer(place, index), self.label, self.problems))
            else:
                self.problems.append(
                    Problem(path=pointer(place, index), message=f"{self.label}: {key} holds objects only")
                )
        return shapes

    def only(self, known: Collection[str]) -> None:
        """Refuse keys that are not known: a misspelt one would silently do nothing."""
        for key in self.raw:
            if key not in known:
                self.fault(key, f"unknown key {str(key)[:MAX_TEXT]!r}", nearest(str(key), known))

    def text(self, key: str, *, default: str | None = None, most: int = MAX_TEXT) -> str:
        """Return the text at `key`; without a default it must be there."""
        value = self.raw.get(key, default)
        if value is None:
            self.fault(key, phrase("%(key)s is missing", key=key), phrase("add it"))
        elif not isinstance(value, str) or not (value or default == "") or len(value) > most or "\x00" in value:
            self.fault(key, phrase("%(key)s must be a text of 1 to %(most)s characters", key=key, most=most))
        else:
            return value
        return ""

    def choice(self, key: str, known: Collection[str], *, default: str | None = None) -> str:
        """Return the text at `key`, which must be one of `known`."""
        value = self.raw.get(key, default)
        if isinstance(value, str) and value in known:
            return value
        if value is None:
            self.fault(key, phrase("%(key)s is missing", key=key), nearest("", known))
        else:
            self.fault(key, f"{key} cannot be {str(value)[:MAX_TEXT]!r}", nearest(str(value), known))
        return ""

    def name(self, key: str, *, default: str | None = None) -> str:
        """Return the text at `key`, which must be fit to be a key or a node's name."""
        value = self.text(key, default=default)
        if value and not NAME.fullmatch(value):
            self.fault(key, f"{key} {value!r} is no name", "use letters, digits, dots, dashes and underscores")
            return ""
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        value = self.raw.get(key, default)
        if not isinstance(value, bool):
            self.fault(key, f"{key} must be true or false")
            return default
        return value

    def number(self, key: str, *, default: float, least: float, most: float) -> float:
        value = self.raw.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            self.fault(key, f"{key} must be a number from {least:g} to {most:g}")
            return default
        return float(value)

    def duration(self, key: str, *, least: timedelta) -> timedelta | None:
        """Return the duration at `key`; None if there is none, or a faulty one."""
        value = self.raw.get(key)
        if value is None:
            return None
        try:
            read = durations.read(value)
        except ValueError as fault:
            self.fault(key, phrase("%(key)s is no duration: %(fault)s", key=key, fault=str(fault)), durations.HINT)
            return None
        if read < least:
            self.fault(key, f"{key} must be at least {durations.write(least)}", durations.HINT)
            return None
        return read

    def clock(self, key: str) -> time | None:
        """Return the time of day at `key`, or None with a fault."""
        value = self.raw.get(key)
        found = _TIME.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            self.fault(key, phrase("%(key)s must be a time of day", key=key), phrase("write it as 09:00"))
            return None
        return time(int(found[1]), int(found[2]), int(found[3] or 0))

    def condition(self, key: str, *, place: Place = Place.EVENT) -> Condition | None:
        """Return the condition at `key`, or None if there is none or if it is faulty."""
        if self.raw.get(key) is None:
            return None
        try:
            return parse(self.raw[key], place=place)
        except InputRefused as refused:
            path = pointer(self.path, key)
            self.problems.extend(
                Problem(path=path + p.path, message=self._said(p.message), hint=p.hint) for p in refused.problems
            )
            return None
