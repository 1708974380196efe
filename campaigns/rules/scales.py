"""Turns values into codes: one scale per value that conditions read, cut only where some condition tells a difference.

A scale knows the constants with which live conditions compare a value. Nothing can distinguish two values between the
same neighbouring constants, so each value becomes the number of its stretch: 0 for one that is missing or of another
type, 2i+2 for the i-th constant itself, 2i+1 for what lies below it and above the one before. The answer of every
condition follows from the code alone, exactly, however large or odd the value is.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from audiences.conditions import Facts
from campaigns.rules.engine import Comparison, Term

ABSENT: Final = 0
Source = Callable[[Facts], Any]
"""Reads the comparable value of a scale; None where it is missing or of another type."""
Reader = Callable[[Facts], tuple[str, int]]
"""Reads a value; returns its part of the fact's text, and which rulesets may still match (bits, by their number)."""
Ranges = tuple[tuple[int, int], ...]
"""Codes, as ascending pairs of the first and the last one."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What a leaf asks of a scale: `op` is one of lt, lte, gt, gte, between, in; `unless` turns it round."""

    op: str
    constants: tuple[Any, ...]
    unless: bool = False


@dataclass(slots=True)
class Scale:
    """One value that conditions read, and the aliases under which its code and its flags stand in a fact."""

    alias: str
    source: Source
    cuts: list[Cut] = field(default_factory=list)
    _constants: list[Any] = field(default_factory=list)
    _flags: dict[Ranges, str] = field(default_factory=dict)
    _has_code: bool = False
    _has_absence: bool = False

    def settle(self) -> None:
        """Fix the constants, once every cut is known."""
        self._constants = sorted({constant for cut in self.cuts for constant in cut.constants})
        ranges = [self.ranges(cut) for cut in self.cuts]
        self._has_code = any(not self._is_flag(each) for each in ranges)
        self._has_absence = any(each and each[0][0] == ABSENT and not self._is_flag(each) for each in ranges)

    def terms(self, cut: Cut, *, new_alias: Callable[[], str]) -> list[Term]:
        """Return the comparisons that hold exactly where the cut does.

        A stretch is compared by its ends. Single constants become flags, because the library finds properties by
        name at once but tries the comparisons of one property one after the other.
        """
        ranges = self.ranges(cut)
        if self._is_flag(ranges):
            if ranges not in self._flags:
                self._flags[ranges] = new_alias()
            return [Term(self._flags[ranges], Comparison.EQ, 1)]
        if len(ranges) == 2:
            return [Term(self.alias, Comparison.NE, ranges[0][1] + 1)]
        ((low, high),) = ranges
        lowest = ABSENT if self._has_absence else 1
        least = [Term(self.alias, Comparison.GTE, low)] if low > lowest else []
        greatest = [Term(self.alias, Comparison.LTE, high)] if high < self.top else []
        return least + greatest or [Term(self.alias, Comparison.GTE, low)]

    def reader(self, possible: Sequence[int]) -> Reader:
        """Return what turns facts into this scale's part of a fact; all parts are made in advance.

        `possible` holds, by code, the bits of the rulesets that may still match.
        """
        parts = list(zip(self._parts(), possible, strict=True))
        source, constants, absent = self.source, self._constants, parts[ABSENT]
        on_constant = dict(zip(constants, parts[2::2], strict=True)).get
        between = parts[1::2]

        def read(facts: Facts) -> tuple[str, int]:
            value = source(facts)
            if value is None:
                return absent
            part = on_constant(value)
            return between[bisect_left(constants, value)] if part is None else part

        return read

    def ranges(self, cut: Cut) -> Ranges:
        """Return the codes for which the cut holds."""
        codes = [self._code(constant) for constant in cut.constants]
        ranges = _BOUNDS[cut.op](codes, self.top)
        return _complement(ranges, self.top) if cut.unless else ranges

    @property
    def top(self) -> int:
        """The highest code."""
        return 2 * len(self._constants) + 1

    def _code(self, constant: Any) -> int:
        return 2 * bisect_left(self._constants, constant) + 2

    def _is_flag(self, ranges: Ranges) -> bool:
        """Tell whether a set of codes is neither one stretch of several nor all but one single code."""
        if len(ranges) == 2:
            (low, end), (start, high) = ranges
            return not (low == ABSENT and high == self.top and start == end + 2)
        return len(ranges) != 1 or ranges[0][0] == ranges[0][1]

    def _parts(self) -> list[str]:
        pairs: list[list[str]] = [[] for _ in range(self.top + 1)]
        for code in range(ABSENT if self._has_absence else 1, self.top + 1) if self._has_code else ():
            pairs[code].append(f',"{self.alias}":{code}')
        for ranges, alias in self._flags.items():
            for low, high in ranges:
                for code in range(low, high + 1):
                    pairs[code].append(f',"{alias}":1')
        return ["".join(each) for each in pairs]


def _singles(codes: Sequence[int], _top: int) -> Ranges:
    return tuple((code, code) for code in sorted(set(codes)))


def _complement(ranges: Ranges, top: int) -> Ranges:
    edges = [ABSENT - 1, *(edge for pair in ranges for edge in pair), top + 1]
    gaps = zip(edges[::2], edges[1::2], strict=True)
    return tuple((end + 1, start - 1) for end, start in gaps if end + 1 <= start - 1)


_BOUNDS: Final[dict[str, Callable[[Sequence[int], int], Ranges]]] = {
    "lt": lambda codes, _top: ((1, codes[0] - 1),),
    "lte": lambda codes, _top: ((1, codes[0]),),
    "gt": lambda codes, top: ((codes[0] + 1, top),),
    "gte": lambda codes, top: ((codes[0], top),),
    "between": lambda codes, _top: ((codes[0], codes[1]),),
    "in": _singles,
}
