"""Reads what was copied from a spreadsheet: cells, the columns that they stand in, and what each cannot be."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from campaigns.rules.tables.cells import ANY, read_cell
from campaigns.rules.tables.values import Unreadable
from config.kit.errors import refuse

MOST_CHARACTERS: Final = 2_000_000
MOST_ROWS: Final = 2_000
MOST_COLUMNS: Final = 80
GUESSED: Final = ("number", "truth", "date", "text")
"""The types that a column may be guessed to be of, in the order in which they are tried."""
_FIELD: Final = re.compile(r'"((?:[^"]|"")*)"(?=\t|\n|$)|([^\t\n]*)')
Grid = list[list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasted:
    """Rows of cells under the columns of a table, in its order; and what was in columns that it does not have."""

    header: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...]
    ignored: tuple[str, ...]
    missing: tuple[str, ...]


def cells_of(text: str) -> Grid:
    """Return the cells of tab-separated text: one that holds a tab or a line end stands in quotes.

    Raises `InputRefused` if there are too many.
    """
    if len(text) > MOST_CHARACTERS:
        raise refuse("/text", f"{len(text):,} characters are too many", f"at most {MOST_CHARACTERS:,}")
    grid = [row for row in _lines(text.replace("\r\n", "\n").replace("\r", "\n")) if any(map(str.strip, row))]
    check_size(grid, "/text")
    width = max(map(len, grid), default=0)
    return [[*row, *[""] * (width - len(row))] for row in grid]


def check_size(grid: Sequence[Sequence[Any]], path: str) -> None:
    """Refuse a grid without rows, or with more than a table can have."""
    if not grid:
        raise refuse(path, "there are no cells in it", "copy the header and the rows")
    if len(grid) > MOST_ROWS + 1:
        raise refuse(path, f"{len(grid):,} rows are too many", f"at most {MOST_ROWS:,}")
    if (width := max(map(len, grid))) > MOST_COLUMNS:
        raise refuse(path, f"{width} columns are too many", f"at most {MOST_COLUMNS}")


def _lines(text: str) -> Iterator[list[str]]:
    row: list[str] = []
    at = 0
    while at < len(text):
        found = _FIELD.match(text, at)
        assert found is not None  # the second form matches anywhere, if only nothing
        quoted = found[1]
        is_wrapped = quoted is not None and re.search(r'[\t\n]|""', quoted) is not None
        row.append(quoted.replace('""', '"') if quoted is not None and is_wrapped else found[0])
        at = found.end() + 1
        if at > len(text) or text[at - 1] == "\n":
            yield row
            row = []
    if row:
        yield row


def guess_type(cells: Sequence[str]) -> str:
    """Return the first type as which all cells of a column can be read."""
    written = [cell for cell in cells if cell.strip() not in ("", ANY)]
    fitting = (kind for kind in GUESSED if all(fault(cell, kind) is None for cell in written))
    return next(fitting, "text") if written else "text"


def fault(cell: str, kind: str, zone: str = "UTC") -> Unreadable | None:
    """Return what keeps a cell from being read as a type; None if nothing does."""
    try:
        read_cell(cell, kind=kind, leaf=_leaf, zone=ZoneInfo(zone))
    except Unreadable as found:
        return found
    return None


def _leaf(op: str, value: Any) -> dict[str, Any]:
    return {"property": "x", "is": op, "value": value}


def has_header(grid: Grid, names: Sequence[str]) -> bool:
    """Tell whether the first row names columns: some are the table's, or nothing under them can be read as they are."""
    first = [cell.strip() for cell in grid[0]]
    if {name.casefold() for name in names} & {cell.casefold() for cell in first}:
        return True
    if len(grid) < 2 or len(set(first)) < len(first) or not all(first):
        return False
    kinds = [guess_type([row[at] for row in grid[1:]]) for at in range(len(first))]
    return any(kind != "text" and fault(cell, kind) for cell, kind in zip(first, kinds, strict=True))


def under_columns(grid: Grid, *, columns: Sequence[str], outputs: Sequence[str]) -> Pasted:
    """Return rows for a table with these columns and outputs: by the names in the first row, else by position."""
    names = [*columns, *outputs]
    headed = has_header(grid, names)
    header = [cell.strip() for cell in grid[0]] if headed else [*names, PRIORITY, NOTE][: len(grid[0])]
    places = {name.casefold(): at for at, name in reversed(list(enumerate(header)))}
    find = _finder(places)
    extra = {name.casefold() for name in (*names, PRIORITY, NOTE)}
    return Pasted(
        header=tuple(header),
        rows=tuple(_row(cells, columns, outputs, find) for cells in grid[1 if headed else 0 :]),
        ignored=tuple(name for name in header if name.casefold() not in extra),
        missing=tuple(name for name in names if name.casefold() not in places),
    )


PRIORITY: Final = "Priority"
NOTE: Final = "Note"


def _finder(places: Mapping[str, int]) -> Callable[[Sequence[str], str], str]:
    def find(cells: Sequence[str], name: str) -> str:
        at = places.get(name.casefold())
        return cells[at].strip() if at is not None and at < len(cells) else ""

    return find


def _row(
    cells: Sequence[str], columns: Sequence[str], outputs: Sequence[str], find: Callable[[Sequence[str], str], str]
) -> Mapping[str, Any]:
    row: dict[str, Any] = {
        "when": [find(cells, name) or ANY for name in columns],
        "then": [find(cells, name) or ANY for name in outputs],
    }
    if priority := find(cells, PRIORITY):
        row["priority"] = int(priority) if re.fullmatch(r"-?\d{1,9}", priority) else priority
    return row | ({"note": note} if (note := find(cells, NOTE)) else {})


def new_table(grid: Grid) -> dict[str, Any]:
    """Return the beginnings of a table for cells whose columns nobody has described: properties, of guessed types.

    The last column is taken for the flow that a row starts.
    """
    width = len(grid[0])
    headed = has_header(grid, ())
    names = [cell.strip() for cell in grid[0]] if headed else [f"column_{at + 1}" for at in range(width)]
    body = grid[1:] if headed else grid
    columns = [
        {"property": name or f"column_{at + 1}", "type": guess_type([row[at] for row in body])}
        for at, name in enumerate(names[: max(1, width - 1)])
    ]
    outputs = [{"name": names[-1] or "Flow", "type": "text", "then": {"start_flow": "{cell}"}}]
    rows = [
        {"when": [cell.strip() or ANY for cell in row[: len(columns)]], "then": [row[-1].strip() or ANY]}
        for row in body
    ]
    return {"columns": columns, "outputs": outputs, "rows": rows}
