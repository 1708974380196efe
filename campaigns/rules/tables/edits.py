"""Changes to a table that is being written: rows and columns added, doubled, moved, taken out, cells put in. Pure.

What is changed may be wrong in every cell: nothing here reads what a cell means.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from campaigns.rules.tables.cells import ANY
from config.kit.errors import refuse

Definition = dict[str, Any]
MOST_ROWS: Final = 2_000
MOST_COLUMNS: Final = 40
PARTS: Final = {"columns": "when", "outputs": "then"}
"""The lists of columns, and the part of a row in which each has its cells."""


def apply(table: Definition, verb: str, at: int) -> Definition:
    """Carry out what a button asks for (`row.add`, `columns.up`, …) at a place; refused where there is no such."""
    kind, _, act = verb.partition(".")
    change = _CHANGES.get(act)
    if change is None or kind not in ("row", *PARTS):
        raise refuse("/do", f"{verb[:40]!r} is no change to a table", "press one of the buttons")
    return _to_rows(table, change, at) if kind == "row" else _to_columns(table, kind, change, at)


def _add(items: list[Any], at: int, empty: Any) -> list[Any]:
    return [*items[: at + 1], empty, *items[at + 1 :]]


def _double(items: list[Any], at: int, _empty: Any) -> list[Any]:
    return _add(items, at, items[at])


def _up(items: list[Any], at: int, _empty: Any) -> list[Any]:
    return _swapped(items, at - 1, at)


def _down(items: list[Any], at: int, _empty: Any) -> list[Any]:
    return _swapped(items, at, at + 1)


def _drop(items: list[Any], at: int, _empty: Any) -> list[Any]:
    return [*items[:at], *items[at + 1 :]]


def _swapped(items: list[Any], one: int, other: int) -> list[Any]:
    if one < 0 or other >= len(items):
        return items
    return [*items[:one], items[other], items[one], *items[other + 1 :]]


_CHANGES: Final[Mapping[str, Callable[[list[Any], int, Any], list[Any]]]] = {
    "add": _add,
    "double": _double,
    "up": _up,
    "down": _down,
    "drop": _drop,
}


def _to_rows(table: Definition, change: Callable[..., list[Any]], at: int) -> Definition:
    rows = list(table.get("rows", []))
    _has(rows, at, change, "/rows")
    made = change(rows, at, empty_row(table))
    if len(made) > MOST_ROWS:
        raise refuse("/rows", f"a table has at most {MOST_ROWS:,} rows", "make two tables of it")
    return {**table, "rows": made}


def _to_columns(table: Definition, kind: str, change: Callable[..., list[Any]], at: int) -> Definition:
    columns, part = list(table.get(kind, [])), PARTS[kind]
    _has(columns, at, change, f"/{kind}")
    made = change(columns, at, _empty_column(kind, columns))
    if len(made) > MOST_COLUMNS:
        raise refuse(f"/{kind}", f"a table has at most {MOST_COLUMNS} of them", "make two tables of it")
    if not made:
        raise refuse(f"/{kind}", "a table has at least one", "add another one first")
    if change is _double:
        made[at + 1] = _renamed(made[at], columns)
    rows = [{**row, part: change(list(row[part]), at, ANY)} for row in table.get("rows", [])]
    return {**table, kind: made, "rows": rows}


def _has(items: Sequence[Any], at: int, change: Callable[..., list[Any]], path: str) -> None:
    if not (-1 if change is _add else 0) <= at < len(items):
        raise refuse(path, f"there is no number {at + 1} by now", "load the page anew")


def empty_row(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row that asks nothing and does nothing."""
    row = {part: [ANY] * len(table.get(kind, [])) for kind, part in PARTS.items()}
    return {**row, **({"priority": 100} if table.get("hit") == "priority" else {})}


def _empty_column(kind: str, columns: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    name = _free("column" if kind == "columns" else "output", columns)
    if kind == "columns":
        return {"property": name, "type": "text", "name": name}
    return {"name": name, "type": "text", "then": {"add_label": "{cell}"}}


def _renamed(column: Mapping[str, Any], columns: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {**column, "name": _free(name_of(column), columns)}


def _free(wanted: str, columns: Sequence[Mapping[str, Any]]) -> str:
    taken = {name_of(each) for each in columns}
    return next(name for n in range(1, len(taken) + 2) if (name := f"{wanted}_{n}") not in taken)


def name_of(column: Mapping[str, Any]) -> str:
    """Return what a column is called: its name, or else what it looks at."""
    return str(column.get("name") or next((column[key] for key in ("property", "trait", "did") if key in column), ""))


def put_cells(table: Definition, grid: Sequence[Sequence[str]], *, row: int, column: int) -> Definition:
    """Put a block of cells over the table from a cell on; rows that are missing are added, other cells stay."""
    rows = [{**each, "when": list(each["when"]), "then": list(each["then"])} for each in table.get("rows", [])]
    if row + len(grid) > MOST_ROWS:
        raise refuse("/paste", f"{row + len(grid):,} rows are too many", f"at most {MOST_ROWS:,}")
    while len(rows) < row + len(grid):
        rows.append(empty_row(table))
    asked, done = len(table.get("columns", [])), len(table.get("outputs", []))
    for down, cells in enumerate(grid):
        for right, cell in enumerate(cells[: asked + done - column]):
            place = column + right
            part, index = ("when", place) if place < asked else ("then", place - asked)
            rows[row + down][part][index] = cell.strip() or ANY
    return {**table, "rows": rows}
