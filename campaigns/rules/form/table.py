"""What makes a rule a decision table (`columns`, `outputs`, `hit`, `rows`): read, checked, written back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from audiences.conditions import All, AnyOf, Condition, Place, parse
from campaigns.rules.form.deeds import Action
from campaigns.rules.form.reader import Reader, pointer, shown
from campaigns.rules.form.rows import Row, Rows
from campaigns.rules.tables.cells import TYPES
from campaigns.rules.tables.columns import CELL, KINDS, OUTPUT_TYPES, Column, Output, holds_cell
from config.kit.errors import InputRefused

KEYS: Final = ("columns", "outputs", "hit", "rows")
HITS: Final = ("first", "collect", "priority")
MOST_COLUMNS: Final = 40
LONGEST_NAME: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A decision table. `hit` says which of the rows that hold are taken.

    `first`: the first one; `priority`: the one with the smallest number, of equal ones the first; `collect`: all.
    """

    columns: tuple[Column, ...]
    outputs: tuple[Output, ...]
    hit: str
    rows: tuple[Row, ...]

    @property
    def in_order(self) -> tuple[Row, ...]:
        """The rows as they are asked."""
        return tuple(sorted(self.rows, key=lambda row: row.priority)) if self.hit == "priority" else self.rows

    @property
    def condition(self) -> Condition:
        """That some row holds."""
        return AnyOf(children=tuple(row.condition or All(children=()) for row in self.rows))

    @property
    def actions(self) -> tuple[Action, ...]:
        """All that some row does, each once."""
        return tuple(dict.fromkeys(action for row in self.rows for action in row.actions))

    def chosen(self, numbers: Sequence[int]) -> tuple[Row, ...]:
        """Return the rows to take, of those (by number) that hold."""
        holding = set(numbers)
        found = tuple(row for row in self.in_order if row.number in holding)
        return found if self.hit == "collect" else found[:1]

    def as_json(self) -> dict[str, Any]:
        """Return its keys as a version stores them."""
        return {
            "columns": [dict(column.written) for column in self.columns],
            "outputs": [{"name": each.name, "type": each.type, "then": dict(each.then)} for each in self.outputs],
            "hit": self.hit,
            "rows": [row.as_json(self.hit) for row in self.rows],
        }


def read(reader: Reader) -> Table | None:
    """Read the table; None if the definition is no table, or (noted) makes no sense."""
    if not any(key in reader.raw for key in KEYS):
        return None
    if "then" in reader.raw:
        reader.problem("/then", "what a table does stands in its rows", "name the actions under outputs")
    columns, outputs = _columns(reader), _outputs(reader)
    hit = reader.raw.get("hit", "first")
    if hit not in HITS:
        reader.problem("/hit", f"there is no hit policy {shown(hit)}", "one of " + ", ".join(HITS))
        hit = "first"
    if reader.problems or not columns:
        return None
    rows = Rows(reader, columns, outputs, str(hit)).read()
    return None if reader.problems else Table(columns=columns, outputs=outputs, hit=str(hit), rows=rows)


def _columns(reader: Reader) -> tuple[Column, ...]:
    raw = reader.raw.get("columns")
    if not isinstance(raw, list) or not 0 < len(raw) <= MOST_COLUMNS:
        hint = f'1 to {MOST_COLUMNS}, such as [{{"property": "amount", "type": "number"}}]'
        reader.problem("/columns", f"{shown(raw)} is not a list of columns", hint)
        return ()
    found = [_column(reader, f"/columns/{at}", each) for at, each in enumerate(raw)]
    _once(reader, "/columns", [each.name if each else "" for each in found])
    return tuple(each for each in found if each is not None)


def _column(reader: Reader, path: str, raw: Any) -> Column | None:
    kinds = [kind for kind in KINDS if kind in raw] if isinstance(raw, Mapping) else []
    if len(kinds) != 1:
        hint = 'with one of property, trait, did, if: {"property": "amount", "type": "number"}'
        reader.problem(path, f"{shown(raw)} is not a column", hint)
        return None
    (kind,) = kinds
    compared = kind in ("property", "trait")
    known = ("name", "type", "zone", kind, *(("where", "within") if kind == "did" else ()))
    for key in raw:
        if key not in known:
            reader.problem(f"{path}/{pointer(key)}", "a column has no such key", "known are " + ", ".join(known))
    of_type = raw.get("type", "text" if compared else "number" if kind == "did" else "truth")
    if of_type not in (TYPES if compared else ("number",) if kind == "did" else ("truth",)):
        reader.problem(f"{path}/type", f"there is no type {shown(of_type)} here", "one of " + ", ".join(TYPES))
        return None
    return _made(reader, path, raw, kind, of_type)


def _made(reader: Reader, path: str, raw: Mapping[str, Any], kind: str, of_type: str) -> Column | None:
    subject = {key: raw[key] for key in (kind, "where", "within") if key in raw}
    name = raw.get("name", raw[kind] if isinstance(raw[kind], str) else kind)
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME:
        reader.problem(f"{path}/name", f"{shown(name)} is not a name", f"a text of 1 to {LONGEST_NAME} characters")
        return None
    zone = raw.get("zone", "UTC")
    if not _is_zone(zone):
        reader.problem(f"{path}/zone", f"there is no time zone {shown(zone)}", "such as Asia/Shanghai")
        return None
    written = {"name": name, **subject, "type": of_type} | ({"zone": zone} if of_type == "date" else {})
    column = Column(name=name, kind=kind, type=of_type, subject=subject, zone=zone, written=written)
    return column if _parsed(reader, path, column.read("known").condition) or kind == "if" else None


def _is_zone(name: Any) -> bool:
    try:
        return isinstance(name, str) and bool(ZoneInfo(name))
    except (ValueError, OSError, KeyError):
        return False


def _outputs(reader: Reader) -> tuple[Output, ...]:
    raw = reader.raw.get("outputs")
    if not isinstance(raw, list) or not 0 < len(raw) <= MOST_COLUMNS:
        hint = '1 or more, such as [{"name": "Flow", "then": {"start_flow": "{cell}"}}]'
        reader.problem("/outputs", f"{shown(raw)} is not a list of outputs", hint)
        return ()
    found = [_output(reader, f"/outputs/{at}", each) for at, each in enumerate(raw)]
    _once(reader, "/outputs", [each.name if each else "" for each in found])
    return tuple(each for each in found if each is not None)


def _output(reader: Reader, path: str, raw: Any) -> Output | None:
    if (
        not isinstance(raw, Mapping)
        or not isinstance(raw.get("then"), Mapping)
        or raw.keys() - {"name", "type", "then"}
    ):
        hint = 'with name, type and then: {"name": "Flow", "then": {"start_flow": "{cell}"}}'
        reader.problem(path, f"{shown(raw)} is not an output", hint)
        return None
    of_type, name = raw.get("type", "text"), raw.get("name", next(iter(raw["then"]), ""))
    if of_type not in OUTPUT_TYPES:
        reader.problem(f"{path}/type", f"there is no type {shown(of_type)} here", "one of " + ", ".join(OUTPUT_TYPES))
    elif not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME:
        reader.problem(f"{path}/name", f"{shown(name)} is not a name", f"a text of 1 to {LONGEST_NAME} characters")
    elif of_type != "truth" and not holds_cell(raw["then"]):
        reader.problem(f"{path}/then", f'"{CELL}" stands nowhere in it', 'put it where the value goes, or use "truth"')
    else:
        return Output(name=name, type=of_type, then=raw["then"])
    return None


def _once(reader: Reader, path: str, names: Sequence[str]) -> None:
    for at, name in enumerate(names):
        if name and name in names[:at]:
            reader.problem(f"{path}/{at}/name", f"two are called {shown(name)}", "give one of them another name")


def _parsed(reader: Reader, path: str, raw: Any) -> Condition | None:
    try:
        return None if raw is None else parse(raw, place=Place.EVENT)
    except InputRefused as refused:
        first = refused.problems[0]
        reader.problem(path, first.message, first.hint)
        return None
