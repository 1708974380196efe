"""Reads the form of a table: the cells of the page that was shown, its columns, its head; other rows stay."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from campaigns.rules.tables.edits import Definition

LONGEST_CELL: Final = 2_000
COMPARED: Final = ("property", "trait")


def sent(table: Mapping[str, Any], post: Mapping[str, str], *, rows: Sequence[str]) -> Definition:
    """Return the table with what the form says; fields that the form does not have leave it as it is."""
    made: Definition = dict(table)
    made["name"] = str(post.get("name", made.get("name", ""))).strip() or made["key"]
    if "on" in post:
        made["on"] = [name.strip() for name in post["on"].replace("，", ",").split(",") if name.strip()]
    made["hit"] = post.get("hit", made.get("hit", "first"))
    made["columns"] = [_column(each, post, at) for at, each in enumerate(table.get("columns", []))]
    made["outputs"] = [_output(each, post, at) for at, each in enumerate(table.get("outputs", []))]
    made["rows"] = _rows(made, post, rows)
    return made


def _column(column: Mapping[str, Any], post: Mapping[str, str], at: int) -> dict[str, Any]:
    if f"c{at}-name" not in post:
        return dict(column)
    made = {**column, "name": post[f"c{at}-name"].strip()[:300]}
    if of := next((kind for kind in COMPARED if kind in column), ""):
        del made[of]
        wanted = post.get(f"c{at}-of", of)
        made[wanted if wanted in COMPARED else of] = post.get(f"c{at}-subject", str(column[of])).strip()
        made["type"] = post.get(f"c{at}-type", column.get("type", "text"))
    return made


def _output(output: Mapping[str, Any], post: Mapping[str, str], at: int) -> dict[str, Any]:
    if f"o{at}-name" not in post:
        return dict(output)
    written = post.get(f"o{at}-then", "")
    try:
        then = json.loads(written)
    except ValueError:
        then = written  # kept as it is; the check says what is wrong with it
    return {**output, "name": post[f"o{at}-name"].strip()[:300], "type": post.get(f"o{at}-type", "text"), "then": then}


def _rows(table: Mapping[str, Any], post: Mapping[str, str], shown: Sequence[str]) -> list[dict[str, Any]]:
    rows = [dict(row) for row in table.get("rows", [])]
    for named in shown:
        at = int(named) if named.isascii() and named.isdigit() and len(named) < 6 else len(rows)
        if at < len(rows):
            rows[at] = _row(rows[at], post, at, table["hit"])
    return rows


def _row(row: Mapping[str, Any], post: Mapping[str, str], at: int, hit: str) -> dict[str, Any]:
    made = {
        "when": _cells(row["when"], post, f"w{at}-"),
        "then": _cells(row["then"], post, f"t{at}-"),
    }
    if hit == "priority":
        made["priority"] = _priority(post.get(f"p{at}", str(row.get("priority", 100))).strip())
    note = post.get(f"n{at}", row.get("note", "")).strip()
    return made | ({"note": note} if note else {})


def _priority(text: str) -> Any:
    """Return the number, or what was written in its place: the check says what is wrong with it."""
    return int(text) if text.lstrip("-").isdigit() and text.isascii() and len(text) < 10 else text


def _cells(cells: Sequence[Any], post: Mapping[str, str], prefix: str) -> list[Any]:
    return [
        post.get(f"{prefix}{at}", cell)[:LONGEST_CELL] if f"{prefix}{at}" in post else cell
        for at, cell in enumerate(cells)
    ]
