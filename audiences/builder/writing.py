"""Makes a condition of rows, and finds the row and the field that a problem of the condition belongs to."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from audiences.builder.kinds import KINDS, Kind, Slot
from audiences.builder.rows import GROUP, RAW, Row
from audiences.conditions.reading import pointer
from config.kit import strict_json
from config.kit.errors import InputRefused, Problem
from config.kit.spoken import spoken


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a field of a row; `field` is empty where the whole row is meant."""

    row: int
    field: str
    message: str
    hint: str = ""


class Writer:
    """Writes rows as the condition they say; `faults` are what it found itself, `places` the row at each pointer."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.places: dict[str, Row] = {}

    def write(self, row: Row, path: str) -> Any:
        """Return the condition of `row`, which stands at `path` of a definition."""
        self.places[path] = row
        path += "/not" * row.nots
        self.places[path] = row
        condition = self._inside(row, path)
        for _negation in range(row.nots):
            condition = {"not": condition}
        return condition

    def root(self, row: Row, path: str) -> Any:
        """Return the condition of a form's root: a single row needs no group where none was written."""
        children = row.inside()
        if row.get("bare") and len(children) == 1 and not row.nots:
            self.places[path] = row
            return self.write(children[0], path)
        return self.write(row, path)

    def _inside(self, row: Row, path: str) -> Any:
        if row.kind == GROUP:
            return self._group(row, path)
        if row.kind == RAW:
            return self._raw(row)
        return self._leaf(row, KINDS[row.kind], path)

    def _group(self, row: Row, path: str) -> Any:
        join = "any" if row.get("join") == "any" else "all"
        if not row.inside():
            self.faults.append(Fault(row=row.id, field="", message=_("Add at least one condition to this group")))
        below = pointer(path, join)
        return {join: [self.write(child, pointer(below, index)) for index, child in enumerate(row.inside())]}

    def _leaf(self, row: Row, kind: Kind, path: str) -> dict[str, Any]:
        def report(field: str, message: str) -> None:
            self.faults.append(Fault(row=row.id, field=field, message=message))

        parts = {
            slot.key: self._slot(row, slot, pointer(path, slot.key)) for slot in kind.slots if row.inside(slot.key)
        }
        for widget in kind.widgets:
            parts |= widget.write(row.fields, report)
        return parts

    def _slot(self, row: Row, slot: Slot, path: str) -> Any:
        inside = row.inside(slot.key)
        if slot.single:
            return self.write(inside[0], path)
        return [self.write(child, pointer(path, index)) for index, child in enumerate(inside)]

    def _raw(self, row: Row) -> Any:
        try:
            return strict_json.read(row.get("json").encode())
        except InputRefused as refusal:
            self.faults += [
                Fault(row=row.id, field="json", message=spoken(problem.message), hint=spoken(problem.hint))
                for problem in refusal.problems
            ]
            return None

    def placed(self, problems: Iterable[Problem]) -> list[Fault]:
        """Return the problems of the written condition, each at its row and field, after the faults found here."""
        found = list(self.faults)
        known = {fault.row for fault in found}
        for problem in problems:
            fault = self._placed(problem)
            if fault.row not in known:
                found.append(fault)
        return found

    def _placed(self, problem: Problem) -> Fault:
        at, rest = problem.path, ""
        while at not in self.places and at:
            at, _slash, last = at.rpartition("/")
            rest = last
        row = self.places.get(at) or next(iter(self.places.values()))
        return Fault(row=row.id, field=_field(row, rest), message=spoken(problem.message), hint=spoken(problem.hint))


def _field(row: Row, key: str) -> str:
    if row.kind == RAW:
        return "json"
    kind = KINDS.get(row.kind)
    widget = kind.widget_of(key) if kind else None
    if kind and widget is None and kind.widgets:
        widget = kind.widgets[0]
    return widget.first() if widget else ""
