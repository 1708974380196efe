"""The columns of a decision table: what is looked at, as which type, and what a row does with its outputs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from campaigns.rules.tables.cells import Asked, read_cell

CELL: Final = "{cell}"
"""Stands in an output's action for the value of the row's cell."""
OUTPUT_TYPES: Final = ("text", "number", "truth")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What a column asks about: a property or trait of a `type`, a count of past events (`did`), or a condition.

    `subject` is the leaf without its operator and value. `zone` is where days of a date column begin.
    """

    name: str
    kind: str
    type: str
    subject: Mapping[str, Any]
    zone: str
    written: Mapping[str, Any]

    def read(self, raw: Any) -> Asked:
        """Read a cell of the column; raises `Unreadable`."""
        kind = "number" if self.kind == "did" else "truth" if self.kind == "if" else self.type
        return read_cell(raw, kind=kind, leaf=_LEAVES[self.kind](self.subject), zone=ZoneInfo(self.zone))


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """An action that rows take: `then` with `{cell}` in the place of the cell's value, which is of `type`.

    One of type `truth` without a `{cell}` is taken where the cell says yes. `-` in a cell: the row does not do it.
    """

    name: str
    type: str
    then: Mapping[str, Any]

    @property
    def is_switch(self) -> bool:
        return self.type == "truth" and not holds_cell(self.then)

    def filled(self, value: Any) -> Mapping[str, Any] | None:
        """Return the action for a cell's value, None if there is nothing to do."""
        if self.is_switch:
            return self.then if value else None
        filled: Mapping[str, Any] = put(self.then, value)
        return filled


def put(pattern: Any, value: Any) -> Any:
    """Return a copy of a JSON value with `value` in the place of each `{cell}`."""
    if isinstance(pattern, Mapping):
        return {key: put(each, value) for key, each in pattern.items()}
    if isinstance(pattern, list):
        return [put(each, value) for each in pattern]
    return value if pattern == CELL else pattern


def holds_cell(pattern: Any) -> bool:
    """Tell whether there is a `{cell}` anywhere in a JSON value."""
    if isinstance(pattern, Mapping):
        return any(holds_cell(each) for each in pattern.values())
    return any(map(holds_cell, pattern)) if isinstance(pattern, list) else pattern == CELL


def _compared(subject: Mapping[str, Any]) -> Any:
    def leaf(op: str, value: Any) -> dict[str, Any]:
        return {**subject, "is": op} if value is None else {**subject, "is": op, "value": value}

    return leaf


def _counted(subject: Mapping[str, Any]) -> Any:
    def times(form: str, n: Any) -> dict[str, Any]:
        return {**subject, "times": {form: n}}

    def leaf(op: str, value: Any) -> dict[str, Any]:
        if op == "between":
            return {"all": [times("at_least", value[0]), times("at_most", value[1])]}
        if op == "in":
            return {"any": [times("exactly", each) for each in value]}
        form = {"eq": "exactly", "gte": "at_least", "lte": "at_most", "gt": "more_than", "lt": "less_than"}.get(op)
        known = "at_least" if op == "exists" else "less_than"
        return times(form, value) if form else times(known, 1)

    return leaf


def _judged(subject: Mapping[str, Any]) -> Any:
    condition = subject["if"]

    def leaf(op: str, value: Any) -> dict[str, Any]:
        if op == "in":
            return {"any": [leaf("eq", each) for each in value]}
        return dict(condition) if op == "exists" or value is True else {"not": condition}

    return leaf


_LEAVES: Final = {"property": _compared, "trait": _compared, "did": _counted, "if": _judged}
KINDS: Final = tuple(_LEAVES)
