"""The rows of a decision table: each fault names its row and its column."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from audiences.conditions import All, Condition, Place, parse
from campaigns.rules.form import actions
from campaigns.rules.form.controls import PRIORITIES
from campaigns.rules.form.deeds import Action
from campaigns.rules.form.reader import Reader, shown
from campaigns.rules.tables.cells import ANY, as_text
from campaigns.rules.tables.columns import Column, Output
from campaigns.rules.tables.values import SCALARS, Unreadable
from config.kit.errors import InputRefused

MOST_ROWS: Final = 2_000
MOST_PROBLEMS: Final = 200
LONGEST_NOTE: Final = 500
_ROW: Final = ("when", "then", "priority", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row: what it asks, what it does, and both as its cells were written. `number` counts from 1."""

    number: int
    condition: Condition | None
    actions: tuple[Action, ...]
    priority: int
    when: tuple[str, ...]
    then: tuple[str, ...]
    note: str

    def as_json(self, hit: str) -> dict[str, Any]:
        """Return the row as a version stores it."""
        written: dict[str, Any] = {"when": list(self.when), "then": list(self.then)}
        written |= {"priority": self.priority} if hit == "priority" else {}
        return written | ({"note": self.note} if self.note else {})


class Rows:
    """Reads the rows; each fault names its row (from 1) and its column."""

    def __init__(self, reader: Reader, columns: Sequence[Column], outputs: Sequence[Output], hit: str) -> None:
        self._reader, self._columns, self._outputs, self._hit = reader, columns, outputs, hit
        self._read: dict[tuple[int, str], Condition | None] = {}
        """Cells that were read before: columns repeat themselves."""

    def read(self) -> tuple[Row, ...]:
        raw = self._reader.raw.get("rows")
        if not isinstance(raw, list) or not 0 < len(raw) <= MOST_ROWS:
            hint = f'1 to {MOST_ROWS:,}, such as [{{"when": [">= 100"], "then": ["thank-you"]}}]'
            self._reader.problem("/rows", f"{shown(raw)} is not a list of rows", hint)
            return ()
        found = []
        for at, each in enumerate(raw):
            if len(self._reader.problems) >= MOST_PROBLEMS:
                self._reader.problem("/rows", f"from row {at + 1} on nothing was read", "mend the first ones")
                break
            found.append(self._row(at, each))
        return tuple(row for row in found if row is not None)

    def _row(self, at: int, raw: Any) -> Row | None:
        path = f"/rows/{at}"
        if not isinstance(raw, Mapping) or raw.keys() - set(_ROW):
            self._problem(path, at, "", f"{shown(raw)} is not a row", 'an object with "when" and "then"')
            return None
        when = self._cells(at, raw.get("when"), "when", [each.name for each in self._columns])
        then = self._cells(at, raw.get("then"), "then", [each.name for each in self._outputs])
        if when is None or then is None:
            return None
        asked = [self._asked(at, place, cell) for place, cell in enumerate(when)]
        done = [self._done(at, place, cell) for place, cell in enumerate(then)]
        parts = tuple(part for part, _ in asked if part is not None)
        return Row(
            number=at + 1,
            condition=None if not parts else parts[0] if len(parts) == 1 else All(children=parts),
            actions=tuple(dict.fromkeys(action for found, _ in done for action in found)),
            priority=self._priority(at, raw.get("priority")),
            when=tuple(text for _, text in asked),
            then=tuple(text for _, text in done),
            note=self._note(at, raw.get("note", "")),
        )

    def _cells(self, at: int, raw: Any, part: str, names: Sequence[str]) -> Sequence[Any] | None:
        if isinstance(raw, list) and len(raw) == len(names):
            return raw
        told = f"{len(raw)} cells" if isinstance(raw, list) else f"{shown(raw)} is not a list of cells"
        self._problem(f"/rows/{at}/{part}", at, "", told, f"{len(names)}, one for each of: " + ", ".join(names))
        return None

    def _asked(self, at: int, place: int, raw: Any) -> tuple[Condition | None, str]:
        column, path = self._columns[place], f"/rows/{at}/when/{place}"
        try:
            asked = column.read(raw)
            if (place, asked.written) not in self._read:
                condition = None if asked.condition is None else parse(asked.condition, place=Place.EVENT)
                self._read[place, asked.written] = condition
        except Unreadable as fault:
            self._problem(path, at, column.name, str(fault), fault.hint)
        except InputRefused as refused:
            first = refused.problems[0]
            self._problem(path, at, column.name, first.message, first.hint)
        else:
            return self._read[place, asked.written], asked.written
        return None, ""

    def _done(self, at: int, place: int, raw: Any) -> tuple[tuple[Action, ...], str]:
        output, path = self._outputs[place], f"/rows/{at}/then/{place}"
        try:
            text = as_text(raw, output.type).strip()
            if text in ("", ANY):
                return (), ANY
            value = SCALARS[output.type].read(text)
        except Unreadable as fault:
            self._problem(path, at, output.name, str(fault), fault.hint)
            return (), ""
        action = output.filled(value)
        inner = Reader({"then": [] if action is None else [action]})
        found = actions.read(inner) if action is not None else ()
        for problem in inner.problems[:1]:
            self._problem(path, at, output.name, problem.message, problem.hint)
        return found, SCALARS[output.type].write(value)

    def _priority(self, at: int, raw: Any) -> int:
        if raw is None or self._hit != "priority":
            return at + 1 if self._hit != "priority" else 100
        if type(raw) is not int or not PRIORITIES[0] <= raw <= PRIORITIES[1]:
            hint = f"{PRIORITIES[0]} to {PRIORITIES[1]}; smaller numbers come first"
            self._problem(f"/rows/{at}/priority", at, "", f"{shown(raw)} is no priority", hint)
            return 0
        return raw

    def _note(self, at: int, raw: Any) -> str:
        if not isinstance(raw, str) or len(raw) > LONGEST_NOTE:
            self._problem(f"/rows/{at}/note", at, "", f"{shown(raw)} is no note", f"at most {LONGEST_NOTE} characters")
            return ""
        return raw

    def _problem(self, path: str, at: int, column: str, message: str, hint: str) -> None:
        place = f"row {at + 1}, {column}" if column else f"row {at + 1}"
        self._reader.problem(path, f"{place}: {message}", hint)
