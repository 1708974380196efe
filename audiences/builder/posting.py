"""Rows as fields of a posted form and back: one field per row says where it stands, the others what it holds."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Protocol

from audiences.builder.kinds import KINDS
from audiences.builder.rows import GROUP, OF, RAW, Row
from config.kit.errors import refuse
from config.kit.phrases import phrase

MOST_ROWS: Final = 1_200
MOST_NOTS: Final = 20
AT: Final = "at"
"""The field that says where a row stands; rows come in the order of the page."""


class Posted(Protocol):
    """What Django's POST data can do."""

    def getlist(self, key: str) -> list[str]: ...

    def items(self) -> Iterable[tuple[str, Any]]: ...


def place_of(row: Row, parent: int, slot: str) -> str:
    """Return the text of the field that says where a row stands: its parent's id, the slot, its kind, negations."""
    return f"{parent}:{slot}:{row.kind}:{row.nots}"


def encoded(root: Row, prefix: str) -> list[tuple[str, str]]:
    """Return all fields of a form, as a browser would send them."""
    return list(_encoded(root, 0, "", prefix))


def _encoded(row: Row, parent: int, slot: str, prefix: str) -> Iterator[tuple[str, str]]:
    yield f"{prefix}-{row.id}-{AT}", place_of(row, parent, slot)
    for name, text in row.fields.items():
        yield f"{prefix}-{row.id}-{name}", text
    for inner, rows in row.slots.items():
        for child in rows:
            yield from _encoded(child, row.id, inner, prefix)


def decoded(data: Posted, prefix: str) -> Row | None:
    """Return the root row that a posted form says, None if it holds no such form. Nonsense is refused."""
    fields = _fields(data, prefix)
    if len(fields) > MOST_ROWS:
        raise refuse(
            "",
            phrase("a form of %(n)s rows", n=len(fields)),
            phrase("use at most %(most)s, or segments", most=MOST_ROWS),
        )
    rows: dict[int, Row] = {}
    for number, held in fields.items():
        text = held.pop(AT, "")
        row, parent, slot = _placed(number, text)
        row.fields = held
        if bool(rows) and parent not in rows:
            raise _nonsense(text)
        if rows:
            rows[parent].inside(slot).append(row)
        rows[number] = row
    root = next(iter(rows.values()), None)
    if root is not None and root.kind != GROUP:
        raise _nonsense(f"{root.id}")
    return root


def _fields(data: Posted, prefix: str) -> Mapping[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for name, text in data.items():
        if not name.startswith(f"{prefix}-"):
            continue
        row, dash, rest = name.removeprefix(f"{prefix}-").partition("-")
        if dash and is_number(row):
            found.setdefault(int(row), {})[rest] = str(text)
    return found


def _placed(number: int, text: str) -> tuple[Row, int, str]:
    parent, slot, kind, nots = parts if len(parts := text.split(":")) == 4 else ("", "", "", "")
    if not is_number(parent) or not is_number(nots) or int(nots) > MOST_NOTS or not _is_slot(slot):
        raise _nonsense(text)
    if kind not in (*KINDS, GROUP, RAW):
        raise _nonsense(text)
    return Row(id=number, kind=kind, nots=int(nots)), int(parent), slot


def is_number(text: str) -> bool:
    """Tell whether a text is the number of a row."""
    return text.isascii() and text.isdecimal() and len(text) < 7


def _is_slot(name: str) -> bool:
    return name in {"", OF} or any(name == slot.key for kind in KINDS.values() for slot in kind.slots)


def _nonsense(text: str) -> Exception:
    return refuse(
        "", phrase("a row that cannot be read: %(value)s", value=repr(text[:60])), phrase("load the page again")
    )
