"""Counts what became of the rows of a file, and keeps the first examples of what was wrong."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from audiences.imports.records import Fault, Record

EXAMPLES: Final = 50


class Tally(msgspec.Struct):
    """Counts by what became of a row; `reasons` and `columns` count the first fault of each refused row."""

    rows: int = 0
    accepted: int = 0
    repeated: int = 0
    refused: int = 0
    reasons: dict[str, int] = {}
    columns: dict[str, int] = {}
    examples: list[dict[str, Any]] = []

    def refuse(self, record: Record, faults: Sequence[Fault]) -> None:
        """Count a refused row."""
        first = faults[0]
        self.refused += 1
        self.reasons[first.reason] = self.reasons.get(first.reason, 0) + 1
        if first.column:
            self.columns[first.column] = self.columns.get(first.column, 0) + 1
        if len(self.examples) < EXAMPLES:
            self.examples.append({"line": record.line, **first._asdict()})

    def as_json(self) -> dict[str, Any]:
        """Return the counts for a checkpoint or a result."""
        return msgspec.to_builtins(self)  # type: ignore[no-any-return]


def tally_of(stored: Mapping[str, Any]) -> Tally:
    """Return the counts that a checkpoint holds."""
    return msgspec.convert(stored, Tally)
