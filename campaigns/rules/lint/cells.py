"""Cuts what conditions read into cells: between two neighbouring constants no condition can tell values apart.

A set of values is then a set of cells, kept as the bits of a whole number: meeting, containing and leaving over are
exact, however large or odd the values are. Every cell has a value that stands for it, so that a claim can be shown.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from itertools import islice, pairwise
from typing import Any, Final

from audiences.conditions.values import nfc

LISTED: Final = ["…"]
"""Stands for all lists, although not all are alike."""
NESTED: Final = {"…": 1}
MOST_VALUES: Final = 6
_EXACT: Final = 2**53
_KINDS: Final[dict[type, str]] = {
    type(None): "nothing",
    bool: "truth",
    int: "number",
    float: "number",
    str: "text",
    list: "list",
    dict: "object",
    timedelta: "length",
}
_ORDERED: Final = ("number", "text", "length")
_WHOLE: Final = ("list", "object")
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cell:
    """Values that no constant tells apart. `alike`: nor does any other test of the language. `gap`: several values."""

    value: Any
    alike: bool = True
    gap: bool = False


class Dimension:
    """One thing that conditions read, with its cells."""

    def __init__(self, cells: Iterable[Cell]) -> None:
        self.cells: tuple[Cell, ...] = tuple(cells)
        self.full = (1 << len(self.cells)) - 1
        self._of_kind: dict[str | None, list[int]] = defaultdict(list)
        for at, cell in enumerate(self.cells):
            self._of_kind[_KINDS.get(type(cell.value))].append(at)

    def where(self, test: Callable[[Any], bool]) -> int:
        """Return the cells whose value satisfies `test`."""
        return sum(1 << at for at, cell in enumerate(self.cells) if test(cell.value))

    def of_types(self, types: Collection[type]) -> int:
        """Return the cells of values of these types."""
        return sum(1 << at for at, cell in enumerate(self.cells) if type(cell.value) in types)

    def may(self, test: Callable[[Any], bool]) -> int:
        """Return the cells that may hold a value that satisfies `test`."""
        return sum(1 << at for at, cell in enumerate(self.cells) if not cell.alike or test(cell.value))

    def values(self, bits: int) -> list[Any]:
        """Return a few values of each kind that stand for cells in `bits`, single values before stretches."""
        found: list[Cell] = []
        for places in self._of_kind.values():
            found += islice((self.cells[at] for at in places if bits >> at & 1), MOST_VALUES)
        return [cell.value for cell in sorted(found, key=lambda cell: cell.gap)]

    def has(self, bits: int, value: Any) -> bool:
        """Return whether the cell of `value` is among those in `bits`."""
        at = self._cell_of(value)
        return at is not None and bool(bits >> at & 1)

    def _cell_of(self, value: Any) -> int | None:
        kind = _KINDS.get(type(value))
        same = self._of_kind.get(kind, [])
        if kind not in _ORDERED:
            return next((at for at in same if kind in _WHOLE or self.cells[at].value == value), None)
        after = bisect_left(same, value, key=lambda at: self.cells[at].value)
        near = same[max(0, after - 1) : after + 1]
        exact = [at for at in near if self.cells[at].value == value]
        return next(iter([*exact, *(at for at in near if self.cells[at].gap)]), None)


def stored(constants: Iterable[Any]) -> Dimension:
    """Return the cells of a property or trait: missing, truth values, objects, lists, numbers and texts."""
    found = list(constants)  # not a set: it would take true and 1 for the same
    texts = sorted({each for each in found if type(each) is str and each})  # an empty text counts as missing
    numbers = sorted({each for each in found if type(each) in (int, float)})
    plain = map(Cell, (None, True, False, NESTED))
    return Dimension([*plain, Cell(LISTED, alike=False), *_numbers(numbers), *_texts(texts)])


def amounts(constants: Iterable[int | float]) -> Dimension:
    """Return the cells of a measure: nothing to measure, and numbers."""
    return Dimension([Cell(None), *_numbers(sorted(set(constants)))])


def lengths(constants: Iterable[timedelta]) -> Dimension:
    """Return the cells of an instant or an age: none at all, and stretches of time."""
    points = sorted(set(constants))
    gaps = _gaps(points, lambda low, high: low + (high - low) / 2, lambda low: low - _DAY, lambda high: high + _DAY)
    return Dimension([Cell(None), *_in_order(points, gaps)])


def counts(limits: Iterable[int]) -> Dimension:
    """Return the cells of a whole number from 0: each begins where some condition may turn."""
    return Dimension(map(Cell, sorted({0, *(n + more for n in limits for more in (0, 1))})))


def flag() -> Dimension:
    """Return the cells of a leaf of which only is known that it holds or does not hold."""
    return Dimension((Cell(False), Cell(True)))


def _numbers(points: Sequence[int | float]) -> Iterator[Cell]:
    return _in_order(points, _gaps(points, _middle, _below, lambda high: -_below(-high)) if points else (1,))


def _in_order(points: Iterable[Any], gaps: Iterable[Any]) -> Iterator[Cell]:
    cells = [*map(Cell, points), *(Cell(value, gap=True) for value in gaps)]
    return iter(sorted(cells, key=lambda cell: cell.value))


def _gaps(
    points: Sequence[Any],
    middle: Callable[[Any, Any], Any],
    below: Callable[[Any], Any],
    above: Callable[[Any], Any],
) -> Iterator[Any]:
    """Yield a value for each gap before, between and after the points; a gap that nothing falls into has none."""
    if not points:
        return
    yield below(points[0])
    for low, high in pairwise(points):
        value = middle(low, high)
        if low < value < high:
            yield value
    yield above(points[-1])


def _middle(low: int | float, high: int | float) -> int | float:
    """Return the double or integer nearest to the middle: it lies strictly between if any does."""
    exactly = (Fraction(low) + Fraction(high)) / 2
    return int(exactly) if exactly.denominator == 1 or abs(exactly) >= _EXACT else float(exactly)


def _below(point: int | float) -> int:
    return int(point) - 1 - abs(int(point))


def _texts(points: Sequence[str]) -> Iterator[Cell]:
    """Yield the texts and the gaps around them, in the order of code points."""
    low = ""
    for high in points:
        yield from _text_between(low, high)
        yield Cell(high)
        low = high
    yield from _text_between(low, None)


def _text_between(low: str, high: str | None) -> Iterator[Cell]:
    """Yield the gap between two texts, readable if possible; the text that follows on `low` ends in a zero."""
    for tail in ("other", "x", "A", "0", "!", "\x01", "\0"):
        value = low + tail
        if nfc(value) == value and low < value and (high is None or value < high):
            yield Cell(value, alike=False, gap=True)
            return
