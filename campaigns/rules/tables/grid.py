"""A page of a table as the grid shows it: cells with their names and faults, rows with what the checks say."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from campaigns.rules.tables.cells import as_text
from campaigns.rules.tables.edits import name_of
from config.kit.errors import Problem
from config.kit.spoken import told

PER_PAGE: Final = 100
TYPES: Final = {
    "text": _("text"),
    "number": _("number"),
    "truth": _("yes or no"),
    "date": _("date"),
    "list": _("list"),
}
HINTS: Final = {
    "text": _("a text, several with commas, not …, - for any"),
    "number": _("5, >= 100, 10..20, not 3, - for any"),
    "truth": _("yes, no, - for any"),
    "date": _("2026-03-01, before 2026-03-01, older than 30d, - for any"),
    "list": _("a value that the list holds, - for any"),
}
MARKS: Final = {"row_dead": "shadowed", "row_unreachable": "shadowed", "row_duplicate": "shadowed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One field of the grid. `place` counts the cells of its row from the left."""

    name: str
    value: str
    label: str
    hint: str
    fault: str
    place: int
    then: bool = False
    edge: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of the grid: its number from 1, its cells, what is wrong with it, what the checks say."""

    at: int
    cells: tuple[Cell, ...]
    priority: Cell | None
    note: str
    faults: tuple[str, ...]
    said: tuple[str, ...]
    mark: str

    @property
    def number(self) -> int:
        return self.at + 1


def lines(table: Mapping[str, Any], step: Sequence[Mapping[str, Any]], *, first: int) -> list[Line]:
    """Return the rows of a page from row `first` on, with what the steps of the last save found about them."""
    problems = {each["path"]: _problem(each) for one in step for each in one["problems"]}
    findings = [each for one in step if one["name"] == "static" for each in one["details"].get("findings", [])]
    rows = table.get("rows", [])[first : first + PER_PAGE]
    return [_line(table, row, first + at, problems, findings) for at, row in enumerate(rows)]


def _problem(problem: Mapping[str, str]) -> str:
    return told(Problem(path=problem["path"], message=problem["message"], hint=problem["hint"]))


def _line(
    table: Mapping[str, Any],
    row: Mapping[str, Any],
    at: int,
    problems: Mapping[str, str],
    findings: Sequence[Mapping[str, Any]],
) -> Line:
    about = [each for each in findings if at + 1 in each["rows"]]
    cells = tuple(_cells(table, row, at, problems))
    own = [problems[path] for path in (f"/rows/{at}", f"/rows/{at}/when", f"/rows/{at}/then") if path in problems]
    marks = [MARKS[each["kind"]] for each in about if each["kind"] in MARKS and each["rows"][0] == at + 1]
    return Line(
        at=at,
        cells=cells,
        priority=_priority(row, at, problems) if table.get("hit") == "priority" else None,
        note=row.get("note", ""),
        faults=(*own, *(cell.fault for cell in cells if cell.fault)),
        said=tuple(each["said"] for each in about if each["rows"][0] == at + 1),
        mark=marks[0] if marks else "",
    )


def _cells(table: Mapping[str, Any], row: Mapping[str, Any], at: int, problems: Mapping[str, str]) -> list[Cell]:
    columns, outputs = table.get("columns", []), table.get("outputs", [])
    asked = [
        _cell(f"w{at}-{place}", column, row["when"][place], problems.get(f"/rows/{at}/when/{place}", ""), place)
        for place, column in enumerate(columns)
    ]
    done = [
        _cell(
            f"t{at}-{place}",
            each,
            row["then"][place],
            problems.get(f"/rows/{at}/then/{place}", ""),
            len(columns) + place,
            then=True,
            edge=place == 0,
        )
        for place, each in enumerate(outputs)
    ]
    return [*asked, *done]


def _cell(name: str, column: Mapping[str, Any], raw: Any, fault: str, place: int, **more: bool) -> Cell:
    kind = type_of(column)
    value = raw if isinstance(raw, str) else as_text(raw, kind)
    hint = str(TYPES.get(kind, kind) if more.get("then") else HINTS.get(kind, ""))
    return Cell(name=name, value=value, label=name_of(column), hint=hint, fault=fault, place=place, **more)


def _priority(row: Mapping[str, Any], at: int, problems: Mapping[str, str]) -> Cell:
    fault = problems.get(f"/rows/{at}/priority", "")
    value = str(row.get("priority", 100))
    return Cell(name=f"p{at}", value=value, label=str(_("Priority")), hint="0", fault=fault, place=-1)


def type_of(column: Mapping[str, Any]) -> str:
    """Return the type of a column's cells."""
    return str(column.get("type") or ("number" if "did" in column else "truth" if "if" in column else "text"))


def heads(table: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    """Return the columns (or outputs) as their own fields show them."""
    return [
        {
            "at": at,
            "name": name_of(each),
            "of": next((of for of in ("property", "trait") if of in each), ""),
            "subject": each.get("property", each.get("trait", "")),
            "type": type_of(each),
            "hint": HINTS.get(type_of(each), ""),
            "kind": TYPES.get(type_of(each), type_of(each)),
            "raw": json.dumps({key: each[key] for key in each if key not in ("name", "type")}, ensure_ascii=False),
            "then": then if isinstance(then := each.get("then", ""), str) else json.dumps(then, ensure_ascii=False),
        }
        for at, each in enumerate(table.get(kind, []))
    ]
