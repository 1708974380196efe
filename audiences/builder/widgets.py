"""The fields of a row: each covers some keys of a leaf, reads them into texts, and writes what was typed back.

`read` returns None where its fields cannot say what the leaf says; the leaf is then shown as JSON. `write` always
returns something: what is missing or unreadable is reported beside it, by the field that it stands in.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audiences.conditions.past import TIMES

Leaf = Mapping[str, Any]
Fields = Mapping[str, str]
Report = Callable[[str, str], None]
"""Called with a field's name and what is wrong with it."""


CHOOSE: Final = gettext_lazy("Choose one")
ADD_ONE: Final = gettext_lazy("Add at least one")


@dataclass(frozen=True, slots=True, kw_only=True)
class Widget(ABC):
    """One piece of a row's sentence. `name` is its place in the sentence and the beginning of its fields' names."""

    template: ClassVar[str]
    name: str
    keys: tuple[str, ...] = ()
    label: str | Promise = ""

    @abstractmethod
    def read(self, leaf: Leaf) -> dict[str, str] | None:
        """Return the fields that say this widget's keys of `leaf`."""

    @abstractmethod
    def write(self, fields: Fields, report: Report) -> dict[str, Any]:
        """Return this widget's part of the leaf."""

    def first(self) -> str:
        """Return the field to focus on when the whole widget is meant."""
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Name(Widget):
    """A name chosen from what is known: a trait, a property, an event or a segment."""

    template: ClassVar[str] = "name"
    of: str
    missing: str | Promise = CHOOSE

    def read(self, leaf: Leaf) -> dict[str, str] | None:
        value = leaf.get(self.keys[0], "")
        return {self.name: value} if isinstance(value, str) else None

    def write(self, fields: Fields, report: Report) -> dict[str, Any]:
        text = fields.get(self.name, "").strip()
        if not text:
            report(self.name, str(self.missing))
        return {self.keys[0]: text}


@dataclass(frozen=True, slots=True, kw_only=True)
class Names(Widget):
    """A list of names, kept as one JSON list; `NAME-more` holds what is being added."""

    template: ClassVar[str] = "names"
    of: str
    missing: str | Promise = ADD_ONE

    def read(self, leaf: Leaf) -> dict[str, str] | None:
        value = leaf.get(self.keys[0], [])
        texts = isinstance(value, list) and all(isinstance(item, str) for item in value)
        return {self.name: dumps(value)} if texts else None

    def write(self, fields: Fields, report: Report) -> dict[str, Any]:
        names = [*loaded_list(fields.get(self.name, "")), *split(fields.get(f"{self.name}-more", ""))]
        if not names:
            report(f"{self.name}-more", str(self.missing))
        return {self.keys[0]: names}

    def first(self) -> str:
        return f"{self.name}-more"


UNITS: Final = {
    "m": gettext_lazy("minutes"),
    "h": gettext_lazy("hours"),
    "d": gettext_lazy("days"),
    "w": gettext_lazy("weeks"),
    "s": gettext_lazy("seconds"),
    "sum": gettext_lazy("as written (1d12h)"),
}
EVER: Final = "ever"


@dataclass(frozen=True, slots=True, kw_only=True)
class Length(Widget):
    """A duration as a number and a unit; a sum of units is kept as it is written. `may_be_left_out`: ever."""

    template: ClassVar[str] = "length"
    may_be_left_out: bool = False
    word: str | Promise = ""
    left_out: str | Promise = ""

    def read(self, leaf: Leaf) -> dict[str, str] | None:
        key = self.keys[0]
        if key not in leaf:
            return {f"{self.name}-unit": EVER, f"{self.name}-n": ""} if self.may_be_left_out else None
        return read_length(leaf[key], self.name)

    def write(self, fields: Fields, report: Report) -> dict[str, Any]:
        if self.may_be_left_out and fields.get(f"{self.name}-unit") == EVER:
            return {}
        return {self.keys[0]: written_length(fields, self.name, report)}

    def first(self) -> str:
        return f"{self.name}-n"


def read_length(value: Any, name: str) -> dict[str, str] | None:
    """Return the fields of a duration."""
    if not isinstance(value, str) or not value:
        return None
    n, unit = (value[:-1], value[-1]) if value[:-1].isdecimal() and value[-1] in UNITS else (value, "sum")
    return {f"{name}-n": n, f"{name}-unit": unit}


def written_length(fields: Fields, name: str, report: Report) -> str:
    """Return the duration that the fields say."""
    n, unit = fields.get(f"{name}-n", "").strip(), fields.get(f"{name}-unit", "d")
    if not n:
        report(f"{name}-n", _("Enter a length of time"))
    elif unit != "sum" and not (n.isascii() and n.isdecimal()):
        report(f"{name}-n", _("Enter a whole number"))
    return n if unit == "sum" or not n else f"{n}{unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lasts(Widget):
    """How long something lasted: a form of comparing and a duration."""

    template: ClassVar[str] = "lasts"

    def read(self, leaf: Leaf) -> dict[str, str] | None:
        lasts = leaf.get(self.keys[0])
        if not isinstance(lasts, dict) or len(lasts) != 1 or not LASTS.keys() >= lasts.keys():
            return None
        ((form, length),) = lasts.items()
        found = read_length(length, self.name)
        return None if found is None else {self.name: form, **found}

    def write(self, fields: Fields, report: Report) -> dict[str, Any]:
        return {self.keys[0]: {fields.get(self.name) or "at_least": written_length(fields, self.name, report)}}

    def first(self) -> str:
        return f"{self.name}-n"


LASTS: Final = {"at_least": gettext_lazy("at least"), "less_than": gettext_lazy("less than")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Consented(Widget):
    """A channel and a purpose that somebody may be contacted by and for."""

    template: ClassVar[str] = "consented"

    def read(self, leaf: Leaf) -> dict[str, str] | None:
        asked = leaf.get(self.keys[0])
        if not isinstance(asked, dict) or asked.keys() != {"channel", "purpose"}:
            return None
        return {f"{self.name}-{key}": text for key, text in asked.items() if isinstance(text, str)}

    def write(self, fields: Fields, report: Report) -> dict[str, Any]:
        asked = {key: fields.get(f"{self.name}-{key}", "").strip() for key in ("channel", "purpose")}
        for key, text in asked.items():
            if not text:
                report(f"{self.name}-{key}", str(CHOOSE))
        return {self.keys[0]: asked}

    def first(self) -> str:
        return f"{self.name}-channel"


MEASURED: Final = {
    "sum": gettext_lazy("the total"),
    "avg": gettext_lazy("the average"),
    "min": gettext_lazy("the smallest"),
    "max": gettext_lazy("the largest"),
    "distinct": gettext_lazy("the number of different"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure(Widget):
    """Which figure is asked for; `MeasuredEvent` writes it."""

    template: ClassVar[str] = "choice"

    def read(self, leaf: Leaf) -> dict[str, str] | None:
        found = [key for key in MEASURED if key in leaf]
        return {self.name: found[0]} if len(found) == 1 else None

    def write(self, fields: Fields, report: Report) -> dict[str, Any]:
        if fields.get(self.name) not in MEASURED:
            report(self.name, str(CHOOSE))
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredEvent(Name):
    """The event whose property is measured: the value of the key that names the figure."""

    def read(self, leaf: Leaf) -> dict[str, str] | None:
        value = next((leaf[key] for key in MEASURED if key in leaf), "")
        return {self.name: value} if isinstance(value, str) else None

    def write(self, fields: Fields, report: Report) -> dict[str, Any]:
        text = fields.get(self.name, "").strip()
        if not text:
            report(self.name, str(self.missing))
        measure = fields.get("measure", "")
        return {measure if measure in MEASURED else "sum": text}


@dataclass(frozen=True, slots=True, kw_only=True)
class Count(Widget):
    """How often: a form of comparing and a whole number, such as at least 3."""

    template: ClassVar[str] = "count"

    def read(self, leaf: Leaf) -> dict[str, str] | None:
        times = leaf.get(self.keys[0], {"at_least": 1})
        if not isinstance(times, dict) or len(times) != 1:
            return None
        ((form, n),) = times.items()
        return {self.name: form, f"{self.name}-n": dumps(n)} if form in TIMES and type(n) is int else None

    def write(self, fields: Fields, report: Report) -> dict[str, Any]:
        form = fields.get(self.name) or "at_least"
        return {self.keys[0]: {form: whole(fields, f"{self.name}-n", report)}}

    def first(self) -> str:
        return f"{self.name}-n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole(Widget):
    """A whole number."""

    template: ClassVar[str] = "whole"

    def read(self, leaf: Leaf) -> dict[str, str] | None:
        value = leaf.get(self.keys[0])
        return {self.name: dumps(value)} if type(value) is int else None

    def write(self, fields: Fields, report: Report) -> dict[str, Any]:
        return {self.keys[0]: whole(fields, self.name, report)}


def whole(fields: Fields, name: str, report: Report) -> Any:
    """Return a whole number, or the text that should have been one."""
    text = fields.get(name, "").strip()
    if text.isascii() and text.isdecimal():
        return int(text[:310])
    report(name, _("Enter a whole number"))
    return text


def dumps(value: Any) -> str:
    """Write a JSON value for a field of a form, on one line."""
    return json.dumps(value, ensure_ascii=False)


def loaded_list(text: str) -> list[Any]:
    """Return the JSON list of a hidden field; nothing where it was tampered with."""
    try:
        found = json.loads(text) if text else []
    except (ValueError, RecursionError):
        return []
    return found if isinstance(found, list) else []


def split(text: str) -> Sequence[str]:
    """Return the values that somebody typed or pasted into one field: commas, semicolons, tabs and line ends part."""
    for mark in (",", "，", "、", ";", "；", "\t", "\r"):
        text = text.replace(mark, "\n")
    return list(dict.fromkeys(part.strip() for part in text.split("\n") if part.strip()))
