"""Writes a decision table as an XLSX file, and reads one. Cells are texts; no formula is written or worked out."""

import json
import zipfile
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any, Final

import xlsxwriter
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from campaigns.rules.form import RuleForm
from campaigns.rules.form.table import Table
from campaigns.rules.tables.pasting import MOST_COLUMNS, MOST_ROWS, NOTE, PRIORITY, Grid, check_size, under_columns
from config.kit.errors import refuse

MOST_BYTES: Final = 5 * 1024 * 1024
MOST_UNPACKED: Final = 60 * 1024 * 1024
MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS, DEFINITION = "Rows", "Definition"
_CHUNK: Final = 30_000
"""A cell of a spreadsheet holds 32 767 characters."""
_WIDEST: Final = 60


def write_workbook(form: RuleForm) -> bytes:
    """Return a table as an XLSX file: its rows on one sheet, what they mean on another, which reading needs."""
    assert form.table is not None, "only a table has rows"
    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    # the format knows no zones; the same file each time
    book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001
    # a quote prefix and the text format keep what begins with = + - @ a text, even after somebody has edited it
    plain = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top", "quote_prefix": True})
    bold = book.add_format({"bold": True, "num_format": "@"})
    sheet, lines = book.add_worksheet(ROWS), _lines(form.table)
    for at, line in enumerate(lines):
        for place, cell in enumerate(line):
            sheet.write_string(at, place, cell, plain if at else bold)
    for place, cells in enumerate(zip(*lines, strict=True)):
        sheet.set_column(place, place, min(_WIDEST, max(map(len, cells)) + 3), plain)
    sheet.freeze_panes(1, 0)
    _write_definition(book.add_worksheet(DEFINITION), form)
    book.close()
    return file.getvalue()


def _lines(table: Table) -> list[list[str]]:
    """Return the cells of the first sheet, the header in front."""
    ranked = table.hit == "priority"
    names = [*(each.name for each in table.columns), *(each.name for each in table.outputs)]
    header = [*names, *([PRIORITY] if ranked else []), NOTE]
    rows = [[*row.when, *row.then, *([str(row.priority)] if ranked else []), row.note] for row in table.rows]
    return [header, *rows]


def _write_definition(sheet: Any, form: RuleForm) -> None:
    kept = json.dumps({key: value for key, value in form.definition.items() if key != "rows"}, ensure_ascii=False)
    for at, start in enumerate(range(0, len(kept), _CHUNK)):
        sheet.write_string(at, 0, kept[start : start + _CHUNK])


def read_workbook(content: bytes, *, base: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the definition that a file holds: that of `base`, or else its own, with the rows of its first sheet.

    Of a formula the value is taken that the program which saved the file had worked out. Raises `InputRefused` for a
    file that is too large, no workbook, or does not say what its columns mean.
    """
    _check_file(content)
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        names = book.sheet_names
        kept = dict(base) if base is not None else _definition(book) if DEFINITION in names else {}
        grid = _grid(book.get_sheet_by_name(ROWS if ROWS in names else names[0]))
    except (CalamineError, IndexError) as fault:
        raise refuse("", f"the file cannot be read: {str(fault)[:200]}", "save it as .xlsx once more") from fault
    columns, outputs = _names(kept.get("columns")), _names(kept.get("outputs"))
    if not columns:
        hint = f"export the table first: its sheet {DEFINITION} says what the columns mean"
        raise refuse("", "nothing says what the columns of the file mean", hint)
    pasted = under_columns(grid, columns=columns, outputs=outputs)
    if pasted.missing:
        told = "the first row does not name " + ", ".join(pasted.missing)
        raise refuse("", told, "its names must be those of the table's columns and outputs")
    return {**kept, "rows": list(pasted.rows)}


def _check_file(content: bytes) -> None:
    if len(content) > MOST_BYTES:
        raise refuse("", f"the file has {len(content):,} bytes", f"at most {MOST_BYTES:,}")
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
    except zipfile.BadZipFile as fault:
        raise refuse("", "the file is no XLSX workbook", "save it as .xlsx, not as .xls or .csv") from fault
    if unpacked > MOST_UNPACKED:
        raise refuse("", f"unpacked the file has {unpacked:,} bytes", f"at most {MOST_UNPACKED:,}")


def _definition(book: CalamineWorkbook) -> dict[str, Any]:
    text = "".join(str(row[0]) for row in book.get_sheet_by_name(DEFINITION).to_python() if row)
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise refuse("", f"the sheet {DEFINITION} was changed and cannot be read", "export the table once more")
    return found


def _names(parts: Any) -> list[str]:
    found = parts if isinstance(parts, list) else []
    return [name for each in found if isinstance(each, dict) and isinstance(name := each.get("name"), str)]


def _grid(sheet: CalamineSheet) -> Grid:
    if sheet.total_height > 4 * MOST_ROWS or sheet.total_width > 4 * MOST_COLUMNS:
        told = f"{sheet.total_height:,} rows and {sheet.total_width:,} columns are too many"
        raise refuse("", told, f"at most {MOST_ROWS:,} and {MOST_COLUMNS}; delete what is empty")
    grid = [[_text(cell) for cell in row] for row in sheet.to_python()]
    grid = [row for row in grid if any(cell.strip() for cell in row)]
    check_size(grid, "")
    return grid


def _text(cell: Any) -> str:
    """Return a cell as it is written in a table, whatever the spreadsheet made of it."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d}" if cell.time() == time() else f"{cell:%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(cell, timedelta):
        return f"{int(cell.total_seconds())}s"
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)
