"""What the page of a draft shows: the file's first rows, what its columns mean so far, and what was wrong with that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from audiences.imports import verbs
from audiences.imports.building import shown
from audiences.imports.labels import MEANINGS, TYPES, WHATS
from audiences.imports.limits import PREVIEW_ROWS
from audiences.imports.models import Import
from audiences.imports.reading import DELIMITERS, ENCODINGS, QUOTES, reading_of
from audiences.imports.tally import Tally
from config.kit.errors import InputRefused, Problem

SAMPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A column on the page: where it stands, examples of its values, and what it means."""

    place: int
    column: str
    samples: str
    to: str
    name: str
    type: str


class Draft:
    """An import before its start, as stored, or as somebody has just typed it."""

    def __init__(
        self,
        found: Import,
        *,
        now: datetime,
        typed: Mapping[str, str] | None = None,
        problems: Sequence[Problem] = (),
        tried: bool = False,
    ) -> None:
        self.found = found
        self.problems = problems
        self.reading = reading_of(found.reading)
        self.glimpse = verbs.glimpse(verbs.file_of(found), self.reading, rows=PREVIEW_ROWS)
        self.plan = document_of(found, typed) if typed else found.mapping
        self.tally: Tally | None = None
        if tried:
            self._try(now)
        self.whats, self.meanings, self.types = WHATS.items(), MEANINGS.items(), TYPES.items()

    def _try(self, now: datetime) -> None:
        """Try the first rows; a plan that cannot work yet is said like any other fault of the form."""
        try:
            self.tally = verbs.trial(self.found, now=now)
        except InputRefused as refused:
            self.problems = refused.problems

    @property
    def lines(self) -> list[Line]:
        """Return the columns with their meanings."""
        known = {column["column"]: column for column in self.plan.get("columns", ())}
        return [self._line(place, name, known.get(name, {})) for place, name in enumerate(self.glimpse.columns)]

    @property
    def is_calls(self) -> bool:
        return bool(self.plan.get("what") == Import.What.CALLS)

    def _line(self, place: int, name: str, column: Mapping[str, Any]) -> Line:
        cells = (row.cells[place] for row in self.glimpse.rows if not row.fault and place < len(row.cells))
        samples = [shown(cell) for cell in cells if cell not in ("", None)][:SAMPLES]
        said = {"to": column.get("to", "skip"), "name": column.get("name", ""), "type": column.get("type", "text")}
        return Line(place=place, column=name, samples=" · ".join(samples), **said)

    @property
    def encodings(self) -> list[tuple[str, str]]:
        return list(ENCODINGS.items())

    @property
    def delimiters(self) -> list[tuple[str, str]]:
        return [("tab" if one == "\t" else one, "Tab" if one == "\t" else one) for one in DELIMITERS]

    @property
    def quotes(self) -> list[tuple[str, str]]:
        return [(one or "none", one or "–") for one in QUOTES]

    @property
    def delimiter(self) -> str:
        return "tab" if self.reading.delimiter == "\t" else self.reading.delimiter

    @property
    def quote(self) -> str:
        return self.reading.quote or "none"


def document_of(found: Import, typed: Mapping[str, str]) -> dict[str, Any]:
    """Return the plan that a form says."""
    columns = verbs.glimpse(verbs.file_of(found), reading_of(found.reading), rows=0).columns
    means = [
        {
            "column": name,
            "to": typed.get(f"to-{place}", "skip"),
            "name": typed.get(f"name-{place}", "").strip() or name if typed.get(f"to-{place}") == "field"
            else typed.get(f"name-{place}", "").strip(),
            "type": typed.get(f"type-{place}", "text"),
        }
        for place, name in enumerate(columns)
    ]  # fmt: skip
    said = {name: typed.get(name, "") for name in ("what", "event", "zone", "separator")}
    return said | {"columns": [] if said["what"] == Import.What.CALLS else means}
