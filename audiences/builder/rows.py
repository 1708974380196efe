"""The rows of a condition form: what a condition looks like while somebody edits it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

GROUP: Final = "group"
RAW: Final = "json"
OF: Final = "of"
"""The kind of a group, that of a leaf shown as JSON, and the slot that a group's rows stand in."""


@dataclass(slots=True, kw_only=True)
class Row:
    """One row: what its fields hold, as typed, and the rows inside it by slot. `nots` counts the negations."""

    id: int
    kind: str
    fields: dict[str, str] = field(default_factory=dict)
    slots: dict[str, list["Row"]] = field(default_factory=dict)
    nots: int = 0

    def get(self, name: str) -> str:
        return self.fields.get(name, "")

    def inside(self, slot: str = OF) -> list["Row"]:
        """Return the rows of a slot; the list is the row's own."""
        return self.slots.setdefault(slot, [])

    def walk(self) -> Iterator["Row"]:
        """Yield this row and all inside it, in the order of the page."""
        yield self
        for rows in self.slots.values():
            for row in rows:
                yield from row.walk()


class Seat(NamedTuple):
    """Where a row stands: in which slot of which row, at which place."""

    row: Row
    parent: Row
    slot: str
    place: int

    @property
    def rows(self) -> list[Row]:
        return self.parent.slots[self.slot]


def seats(root: Row) -> dict[int, Seat]:
    """Return where each row stands, by id; the root stands nowhere."""
    found: dict[int, Seat] = {}
    for parent in root.walk():
        for slot, rows in parent.slots.items():
            for index, row in enumerate(rows):
                found[row.id] = Seat(row, parent, slot, index)
    return found


def depth(row: Row) -> int:
    """Return how many levels deep the condition of `row` is, as the language counts them."""
    inner = max((depth(child) for child in row.inside()), default=0) if row.kind == GROUP else 0
    return row.nots + 1 + inner


def leaves(root: Row) -> int:
    """Return how many leaves the language will count."""
    return sum(row.kind != GROUP for row in root.walk())


class Ids:
    """Gives ids that no row of a form has yet."""

    def __init__(self, taken: int = 0) -> None:
        self.last = taken

    def next(self) -> int:
        self.last += 1
        return self.last
