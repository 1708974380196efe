"""Reads the cells of a decision table: what a cell asks of its column's value, as leaves of the condition language.

A cell is `-` (anything), or parts with commas between them, of which one must hold; `not` in front turns it round.
Which parts there are depends on the column's type; every cell has one canonical form, which reads as the same again.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from audiences.conditions import durations
from campaigns.rules.tables.values import (
    LONGEST,
    SCALARS,
    Moment,
    Unreadable,
    read_moment,
    read_number,
    read_text,
    shown,
    write_number,
    write_text,
    write_truth,
)

ANY: Final = "-"
KNOWN, MISSING = "known", "missing"
Leaf = dict[str, Any]
Part = tuple[str, Any, str]
"""An operator of the language, its value, and the part's canonical form."""
_NOT: Final = re.compile(r"(?i)not\s+(?=\S)|!=\s*")
_COMPARED: Final = re.compile(r"(>=|<=|>|<|=)\s*(.+)", re.DOTALL)
_RANGE: Final = re.compile(r"(\S+?)\s*\.\.\s*(\S+)")
_AGE: Final = re.compile(r"(?i)(older|newer) than\s+(\S+)")
_TEXTUAL: Final = re.compile(r"(?i)(contains|starts with|ends with|matches)\s+(.+)", re.DOTALL)
_OPERATORS: Final = {">=": "gte", "<=": "lte", ">": "gt", "<": "lt", "=": "eq"}
_COMMAS: Final = re.compile(r'[,，](?=(?:[^"]*"[^"]*")*[^"]*$)')
_PLUSES: Final = re.compile(r'\+(?=(?:[^"]*"[^"]*")*[^"]*$)')
_ONE_TICK: Final = timedelta(microseconds=1)
MOST_PARTS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a cell asks: a condition over the leaf `{…, "is": op, "value": …}`, None if anything will do."""

    condition: dict[str, Any] | None
    written: str


def read_cell(raw: Any, *, kind: str, leaf: Callable[[str, Any], Leaf], zone: ZoneInfo) -> Asked:
    """Read a cell of a column of type `kind`; `leaf` makes a leaf about the column's value.

    Raises `Unreadable` with what is wrong and the way out.
    """
    text = as_text(raw, kind).strip()
    if len(text) > LONGEST:
        raise Unreadable(f"{len(text)} characters are too many", f"at most {LONGEST}")
    if text in ("", ANY) or text.lower() == "any":
        return Asked(condition=None, written=ANY)
    turned = _NOT.match(text)
    rest = text[turned.end() :] if turned else text
    if rest.lower() in (KNOWN, MISSING):
        is_known = (rest.lower() == KNOWN) is (turned is None)
        return Asked(
            condition=leaf("exists" if is_known else "not_exists", None), written=KNOWN if is_known else MISSING
        )
    parts = _parts(rest, kind, zone)
    condition = _joined(parts, kind, leaf)
    written = ", ".join(part[2] for part in parts)
    return Asked(condition={"not": condition} if turned else condition, written=f"not {written}" if turned else written)


def as_text(raw: Any, kind: str) -> str:
    """Return a cell as text; numbers, truth values and lists of JSON are what they would be written as."""
    if raw is None:
        return ANY
    if isinstance(raw, bool):
        return write_truth(raw)
    if isinstance(raw, int | float):
        return write_number(raw)
    if isinstance(raw, str):
        return raw
    if isinstance(raw, list) and raw and all(isinstance(each, str | int | float) for each in raw):
        return ", ".join(write_text(each) if isinstance(each, str) else as_text(each, kind) for each in raw)
    raise Unreadable(f"{shown(raw)} is no cell", "write a text, a number, yes or no")


def _parts(text: str, kind: str, zone: ZoneInfo) -> list[Part]:
    written = split(text)
    if len(written) > MOST_PARTS:
        raise Unreadable(f"{len(written)} values in one cell", f"at most {MOST_PARTS}: use a segment")
    return [_READERS[kind](each, zone) for each in written]


def split(text: str) -> list[str]:
    """Split at the commas that stand in no quotes; refuses an empty part."""
    found = [part.strip() for part in _COMMAS.split(text)]
    if not all(found):
        raise Unreadable(f"{shown(text)} has a comma with nothing beside it", "write the values: a, b")
    return found


def _joined(parts: Sequence[Part], kind: str, leaf: Callable[[str, Any], Leaf]) -> dict[str, Any]:
    """Return the condition that one of the parts holds; equal values become one list."""
    equal = [value for op, value, _ in parts if op == "eq"]
    made = [_leaf(op, value, leaf) for op, value, _ in parts if op != "eq"]
    if equal:
        listed = "has_any" if kind == "list" else "in"
        alone = leaf("eq", equal[0]) if len(equal) == 1 and kind != "list" else leaf(listed, equal)
        made.insert(0, alone)
    return made[0] if len(made) == 1 else {"any": made}


def _leaf(op: str, value: Any, leaf: Callable[[str, Any], Leaf]) -> dict[str, Any]:
    return value(leaf) if callable(value) else leaf(op, value)


def _number(text: str, _zone: ZoneInfo) -> Part:
    if found := _RANGE.fullmatch(text):
        low, high = (read_number(each) for each in found.groups())
        if low > high:
            raise Unreadable(f"{shown(text)} holds nothing", f"write the smaller number first: {high}..{low}")
        return "between", [low, high], f"{write_number(low)}..{write_number(high)}"
    if found := _COMPARED.fullmatch(text):
        op, value = _OPERATORS[found[1]], read_number(found[2].strip())
        return op, value, write_number(value) if op == "eq" else f"{found[1]} {write_number(value)}"
    value = read_number(text)
    return "eq", value, write_number(value)


def _text(text: str, _zone: ZoneInfo) -> Part:
    if found := _TEXTUAL.fullmatch(text):
        op, value = found[1].lower(), read_text(found[2].strip())
        return op.replace(" with", "_with"), value, f"{op} {write_text(value)}"
    if text.startswith("="):
        text = text[1:].strip()
    elif text[:1] in "<>":
        raise Unreadable(f"{shown(text)}: texts have no sizes", f"if it is meant as it stands: {write_text(text)}")
    value = read_text(text)
    return "eq", value, write_text(value)


def _truth(text: str, _zone: ZoneInfo) -> Part:
    value = SCALARS["truth"].read(text.removeprefix("=").strip())
    return "eq", value, write_truth(value)


def _date(text: str, zone: ZoneInfo) -> Part:
    if found := _AGE.fullmatch(text):
        op, length = f"{found[1].lower()}_than", _duration(found[2])
        return op, length, f"{found[1].lower()} than {length}"
    if found := _RANGE.fullmatch(text):
        first, last = (read_moment(each, zone) for each in found.groups())
        if first.start > last.start:
            raise Unreadable(f"{shown(text)} holds nothing", f"write the earlier one first: {found[2]}..{found[1]}")
        return "during", _during(first, last), f"{first.written}..{last.written}"
    if found := _COMPARED.fullmatch(text):
        moment = read_moment(found[2].strip(), zone)
        if found[1] != "=":
            return "during", _SIDES[found[1]](moment), f"{found[1]} {moment.written}"
        text = moment.written
    moment = read_moment(text, zone)
    return "during", _during(moment, moment), moment.written


def _list(text: str, _zone: ZoneInfo) -> Part:
    if text.lower().startswith("has all "):
        values = [_member(each.strip()) for each in _PLUSES.split(text[8:])]
        return "has_all", values, "has all " + " + ".join(_written_member(each) for each in values)
    value = _member(text)
    return "eq", value, _written_member(value)


def _member(text: str) -> Any:
    try:
        return read_number(text)
    except Unreadable:
        return read_text(text)


def _written_member(value: Any) -> str:
    if not isinstance(value, str):
        return write_number(value)
    try:
        read_number(value)
    except Unreadable:
        return write_text(value)
    return f'"{value}"'


def _duration(text: str) -> str:
    try:
        return durations.write(durations.read(text))
    except ValueError as fault:
        raise Unreadable(f"{shown(text)}: {fault}", durations.HINT) from fault


def _during(first: Moment, last: Moment) -> Callable[[Callable[[str, Any], Leaf]], dict[str, Any]]:
    """Return what holds from the start of the first until before the end of the last."""
    begin, end = first.start.isoformat(), last.end.isoformat()
    return lambda leaf: {"all": [{"not": leaf("before", begin)}, leaf("before", end)]}


def _from(moment: Moment) -> Callable[[Callable[[str, Any], Leaf]], dict[str, Any]]:
    return _later(moment.start)


def _later(start: Any) -> Callable[[Callable[[str, Any], Leaf]], dict[str, Any]]:
    """Return what holds at `start` and later: the language has only "later than", in microseconds."""
    return lambda leaf: leaf("after", (start - _ONE_TICK).isoformat())


_SIDES: Final[dict[str, Callable[[Moment], Callable[[Callable[[str, Any], Leaf]], dict[str, Any]]]]] = {
    "<": lambda moment: lambda leaf: leaf("before", moment.start.isoformat()),
    "<=": lambda moment: lambda leaf: leaf("before", moment.end.isoformat()),
    ">": lambda moment: _later(moment.end),
    ">=": _from,
}
_READERS: Final[dict[str, Callable[[str, ZoneInfo], Part]]] = {
    "number": _number,
    "text": _text,
    "truth": _truth,
    "date": _date,
    "list": _list,
}
TYPES: Final = tuple(_READERS)
