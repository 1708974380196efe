"""The field in which a value is compared: the operators that fit a type, and the value that fits the operator."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any, ClassVar, Final
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audiences.builder.widgets import (
    Fields,
    Leaf,
    Report,
    Widget,
    dumps,
    loaded_list,
    read_length,
    split,
    written_length,
)
from audiences.conditions import OPERATORS, limits
from audiences.conditions.instants import instant

TEXT, NUMBER, TRUTH, MOMENT, LIST = "text", "number", "truth", "moment", "list"
TYPES: Final[dict[str, str | Promise]] = {
    TEXT: gettext_lazy("text"),
    NUMBER: gettext_lazy("number"),
    TRUTH: gettext_lazy("yes or no"),
}
"""What a compared value may be; dates are texts to the language, and lists hold these."""

_ALWAYS: Final = ("exists", "not_exists")
_SAME: Final = ("eq", "ne")
_LISTED: Final = ("in", "not_in")
_ORDER: Final = ("gt", "gte", "lt", "lte", "between")
FITTING: Final[dict[str, tuple[str, ...]]] = {
    TEXT: (*_SAME, *_LISTED, "contains", "not_contains", "starts_with", "ends_with", "matches", *_ALWAYS),
    NUMBER: (*_SAME, *_ORDER, *_LISTED, *_ALWAYS),
    TRUTH: (*_SAME, *_ALWAYS),
    MOMENT: ("newer_than", "older_than", "before", "after", *_ALWAYS),
    LIST: ("has_any", "has_all", "contains", "not_contains", *_ALWAYS),
}
"""Which operators make sense for a field whose values are known to be of one type."""

SHAPES: Final = {
    id(limits.SCALAR): "one",
    id(limits.ORDERED): "one",
    id(limits.RANGE): "range",
    id(limits.MANY): "many",
    id(limits.TEXT): "plain",
    id(limits.PATTERN): "plain",
    id(limits.INSTANT): "moment",
    id(limits.DURATION): "length",
    id(limits.NOTHING): "nothing",
}


def shape_of(op: str) -> str:
    """Return what kind of input an operator's value needs."""
    operator = OPERATORS.get(op)
    return "one" if operator is None else SHAPES[id(operator.limit)]


def fitting(types: frozenset[str]) -> tuple[str, ...]:
    """Return the operators for a field with values of `types`, in the order of the menu; all where nothing is known."""
    if not types & FITTING.keys():
        return tuple(OPERATORS)
    wanted = [op for kind in FITTING if kind in types for op in FITTING[kind]]
    return (*dict.fromkeys(op for op in wanted if op not in _ALWAYS), *_ALWAYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Test(Widget):
    """An operator and its value. `about` is the field of the row that names what is compared, and whose it is."""

    template: ClassVar[str] = "test"
    keys: tuple[str, ...] = ("is", "value")
    about: str = ""
    of: str = ""
    only: str = ""
    """The one type that can be compared, where what is compared is no stored field."""

    def read(self, leaf: Leaf) -> dict[str, str] | None:
        op = leaf.get("is")
        if op not in OPERATORS:
            return None
        found = _READ[shape_of(op)](leaf.get("value"), self.name)
        return None if found is None else {f"{self.name}-is": op, **found}

    def write(self, fields: Fields, report: Report) -> dict[str, Any]:
        op = fields.get(f"{self.name}-is") or "eq"
        shape = shape_of(op)
        return {"is": op} if shape == "nothing" else {"is": op, "value": _WRITE[shape](fields, self.name, report)}

    def first(self) -> str:
        return f"{self.name}-value"


def type_of(value: Any) -> str:
    """Return which of TYPES a JSON scalar is."""
    return TRUTH if isinstance(value, bool) else TEXT if isinstance(value, str) else NUMBER


def _read_one(value: Any, name: str) -> dict[str, str] | None:
    if not isinstance(value, str | int | float):
        return None
    text = value if isinstance(value, str) else dumps(value)
    return {f"{name}-value": text, f"{name}-type": type_of(value)}


def _write_one(fields: Fields, name: str, report: Report) -> Any:
    return typed(
        fields.get(f"{name}-value", ""), fields.get(f"{name}-type", TEXT), lambda m: report(f"{name}-value", m)
    )


def typed(text: str, kind: str, report: Any) -> Any:
    """Return the value of type `kind` that `text` says, or `text` itself where it says none."""
    if not text.strip():
        report(_("Enter a value"))
        return text
    if kind == TRUTH:
        return {"true": True, "false": False}.get(text, text)
    if kind == NUMBER and (found := number(text)) is None:
        report(_("Enter a number"))
        return text
    return found if kind == NUMBER else text


def number(text: str) -> int | float | None:
    """Return the number that `text` writes as JSON does, also with groups of digits and a leading plus."""
    plain = text.strip().replace(",", "").replace("，", "").replace("_", "").removeprefix("+")
    try:
        found = json.loads(plain) if len(plain) <= 320 else None
    except ValueError:
        return None
    return found if type(found) is int or (type(found) is float and isfinite(found)) else None


def _read_plain(value: Any, name: str) -> dict[str, str] | None:
    return {f"{name}-value": value} if isinstance(value, str) else None


def _write_plain(fields: Fields, name: str, report: Report) -> Any:
    return typed(fields.get(f"{name}-value", ""), TEXT, lambda message: report(f"{name}-value", message))


def _read_range(value: Any, name: str) -> dict[str, str] | None:
    if not isinstance(value, list) or len(value) != 2 or len({type_of(item) for item in value}) != 1:
        return None
    low, high = _read_one(value[0], name), _read_one(value[1], name)
    return None if low is None or high is None else {**low, f"{name}-high": high[f"{name}-value"]}


def _write_range(fields: Fields, name: str, report: Report) -> Any:
    kind = fields.get(f"{name}-type", NUMBER)
    ends = ("value", "high")
    return [typed(fields.get(f"{name}-{end}", ""), kind, lambda m, e=end: report(f"{name}-{e}", m)) for end in ends]


def _read_many(value: Any, name: str) -> dict[str, str] | None:
    if not isinstance(value, list):
        return None
    kinds = {type_of(item) for item in value}
    return {f"{name}-items": dumps(value), f"{name}-type": kinds.pop() if len(kinds) == 1 else TEXT}


def _write_many(fields: Fields, name: str, report: Report) -> Any:
    items = [*loaded_list(fields.get(f"{name}-items", "")), *added(fields, name, report)]
    if not items:
        report(f"{name}-more", _("Add at least one value"))
    return items


def added(fields: Fields, name: str, report: Report) -> list[Any]:
    """Return the values that stand in the field for more of them."""
    kind = fields.get(f"{name}-type", TEXT)
    texts = split(fields.get(f"{name}-more", ""))
    return [typed(text, kind, lambda message: report(f"{name}-more", message)) for text in texts]


def _read_moment(value: Any, name: str) -> dict[str, str] | None:
    if not isinstance(value, str) or (found := instant(value)) is None:
        return None
    zone = timezone.get_current_timezone_name()
    return {f"{name}-value": local(found, zone), f"{name}-was": value, f"{name}-zone": zone}


def local(at: datetime, zone: str) -> str:
    """Write an instant as a field for date and time holds it: in a zone, to the second."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M:%S}"


def _write_moment(fields: Fields, name: str, report: Report) -> Any:
    text, was = fields.get(f"{name}-value", "").strip(), fields.get(f"{name}-was", "")
    zone = _zone(fields.get(f"{name}-zone", ""))
    try:
        if (
            was
            and (found := instant(was))
            and local(found, zone.key) == f"{datetime.fromisoformat(text):%Y-%m-%dT%H:%M:%S}"
        ):
            return was
        return datetime.fromisoformat(text).replace(tzinfo=zone).isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        report(f"{name}-value", _("Enter a date and a time"))
        return text


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return ZoneInfo(timezone.get_current_timezone_name())


def _read_length(value: Any, name: str) -> dict[str, str] | None:
    return read_length(value, name)


def _write_length(fields: Fields, name: str, report: Report) -> Any:
    return written_length(fields, name, report)


def _read_nothing(_value: Any, _name: str) -> dict[str, str] | None:
    return {}


_READ: Final[dict[str, Callable[[Any, str], dict[str, str] | None]]] = {
    "one": _read_one,
    "plain": _read_plain,
    "range": _read_range,
    "many": _read_many,
    "moment": _read_moment,
    "length": _read_length,
    "nothing": _read_nothing,
}
_WRITE: Final[dict[str, Callable[[Fields, str, Report], Any]]] = {
    "one": _write_one,
    "plain": _write_plain,
    "range": _write_range,
    "many": _write_many,
    "moment": _write_moment,
    "length": _write_length,
}
