"""What is measured over the events of a group in a sliding window: exact, whatever the order in which it was added.

A hit is an event that counts, reduced to its instant and what is measured of it. Sums are decimals and averages are
fractions, so that a window comes out the same however it was put together: event by event, or from buckets.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from hashlib import blake2b
from heapq import heappop, heappush
from typing import Any, Final
from uuid import UUID

from audiences.conditions.amounts import EXACTLY, Amount
from audiences.conditions.values import exact, lookup, number, scalar

COUNT: Final = "count"
DISTINCT: Final = "distinct"
LONGEST_VALUE: Final = 200
"""Characters of a text up to which it is its own key; a longer one is known by its hash."""
NUMBERS: Final = ("sum", "avg", "min", "max")
KINDS: Final = (COUNT, DISTINCT, *NUMBERS)
Number = int | Decimal
Part = str | Number | None
"""A value as the text that tells it from every other one, or an exact number; None where the event has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure of a window: the count of events, or a measure of the property `of`."""

    kind: str
    of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """What is read of each event for one or several measures: a property as a value or as a number."""

    of: str
    numeric: bool

    def read(self, properties: Mapping[str, Any]) -> Part:
        """Return the event's part in the slot."""
        found = lookup(self.of)(properties)
        if not self.numeric:
            return value_key(found)
        amount = number(found)
        return None if amount is None else exact(amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An event that counts: when, which, and its part in each slot."""

    at: datetime
    event_id: UUID
    parts: tuple[Part, ...]

    @property
    def order(self) -> tuple[datetime, UUID]:
        """The order in which hits are judged: of time, and at one instant that of arrival."""
        return self.at, self.event_id


def slots_of(measures: Iterable[Measure]) -> tuple[Slot, ...]:
    """Return what has to be read of each event, each thing once."""
    wanted = [Slot(of=each.of, numeric=each.kind in NUMBERS) for each in measures if each.kind != COUNT]
    return tuple(sorted(dict.fromkeys(wanted), key=lambda slot: (slot.numeric, slot.of)))


def value_key(value: Any) -> str | None:
    """Return the text by which equal values are known: 1 and 1.0 are equal, 1 and "1" and true are not."""
    found = scalar(value)
    if found is None:
        return None
    if isinstance(found, str):
        return f"s{found}" if len(found) <= LONGEST_VALUE else f"h{blake2b(found.encode(), digest_size=16).hexdigest()}"
    if isinstance(found, bool):
        return "t" if found else "f"
    return f"n{EXACTLY.normalize(Decimal(exact(found)))}"


class Numbers:
    """The numbers in a window: how many, their exact sum, the least and the greatest."""

    __slots__ = ("_high", "_live", "_low", "n", "total")

    def __init__(self) -> None:
        self.n = 0
        self.total: Number = 0
        self._live: dict[Number, int] = {}
        self._low: list[Number] = []
        self._high: list[Number] = []

    def add(self, value: Number) -> None:
        self.n += 1
        self.total = _plus(self.total, value)
        self._keep(value)

    def drop(self, value: Number) -> None:
        self.n -= 1
        self.total = _plus(self.total, -value)
        self._live[value] -= 1
        if not self._live[value]:
            del self._live[value]

    def include(self, n: int, total: Number, low: Number, high: Number) -> None:
        """Add numbers that stay in the window, of which only these figures are known."""
        self.n += n
        self.total = _plus(self.total, total)
        self._keep(low)
        self._keep(high)

    def low(self) -> Number | None:
        """Return the least; what has left the window meanwhile is forgotten on the way."""
        while self._low and self._low[0] not in self._live:
            heappop(self._low)
        return self._low[0] if self._low else None

    def high(self) -> Number | None:
        while self._high and -self._high[0] not in self._live:
            heappop(self._high)
        return -self._high[0] if self._high else None

    def _keep(self, value: Number) -> None:
        known = self._live.get(value, 0)
        self._live[value] = known + 1
        if not known:
            heappush(self._low, value)
            heappush(self._high, -value)


def _plus(one: Number, other: Number) -> Number:
    if isinstance(one, int) and isinstance(other, int):
        return one + other
    return EXACTLY.add(Decimal(one), Decimal(other))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """What a stretch of hits adds up to in one slot (−1: the hits themselves), for numbers or for one value."""

    slot: int
    value: str
    n: int
    total: Number = 0
    low: Number | None = None
    high: Number | None = None


HITS: Final = -1
"""The slot of a bucket that counts the hits themselves."""


class Window:
    """The hits of one group that are in sight."""

    __slots__ = ("_measures", "_numbers", "_slots", "_values", "n")

    def __init__(self, measures: Mapping[str, Measure], slots: Sequence[Slot]) -> None:
        self.n = 0
        self._slots = slots
        self._values: list[dict[str, int]] = [{} for _ in slots]
        self._numbers = [Numbers() for _ in slots]
        places = {(slot.of, slot.numeric): place for place, slot in enumerate(slots)}
        self._measures = [
            (name, each.kind, places.get((each.of, each.kind in NUMBERS), HITS)) for name, each in measures.items()
        ]

    def add(self, hit: Hit) -> None:
        """Let a hit come into sight."""
        self.n += 1
        for place, part in enumerate(hit.parts):
            if isinstance(part, str):
                values = self._values[place]
                values[part] = values.get(part, 0) + 1
            elif part is not None:
                self._numbers[place].add(part)

    def drop(self, hit: Hit) -> None:
        """Let a hit go out of sight that was added before."""
        self.n -= 1
        for place, part in enumerate(hit.parts):
            if isinstance(part, str):
                values = self._values[place]
                values[part] -= 1
                if not values[part]:
                    del values[part]
            elif part is not None:
                self._numbers[place].drop(part)

    def include(self, bucket: Bucket) -> None:
        """Add hits that stay in sight, of which only the figures of a bucket are known."""
        if bucket.slot == HITS:
            self.n += bucket.n
        elif self._slots[bucket.slot].numeric:
            assert bucket.low is not None  # a bucket of numbers has seen one
            assert bucket.high is not None
            self._numbers[bucket.slot].include(bucket.n, bucket.total, bucket.low, bucket.high)
        else:
            values = self._values[bucket.slot]
            values[bucket.value] = values.get(bucket.value, 0) + bucket.n

    def amounts(self) -> dict[str, Amount | None]:
        """Return each measure by its name; None where there is nothing to measure."""
        return {name: self._amount(kind, place) for name, kind, place in self._measures}

    def _amount(self, kind: str, place: int) -> Amount | None:
        if kind == COUNT:
            return self.n
        if kind == DISTINCT:
            return len(self._values[place])
        numbers = self._numbers[place]
        if kind == "sum":
            return numbers.total
        if not numbers.n:
            return None
        if kind == "avg":
            return Fraction(numbers.total) / numbers.n
        return numbers.low() if kind == "min" else numbers.high()


def bucketed(hits: Iterable[Hit]) -> list[Bucket]:
    """Add hits up: one bucket of them all, one for each value, one for each slot of numbers."""
    sums: dict[tuple[int, str], list[Any]] = {}
    for hit in hits:
        _count(sums, (HITS, ""), 0)
        for place, part in enumerate(hit.parts):
            if isinstance(part, str):
                _count(sums, (place, part), 0)
            elif part is not None:
                _count(sums, (place, ""), part)
    return [
        Bucket(slot=slot, value=value, n=n, total=total, low=low, high=high)
        for (slot, value), (n, total, low, high) in sorted(sums.items())
    ]


def _count(sums: dict[tuple[int, str], list[Any]], key: tuple[int, str], part: Number) -> None:
    known = sums.get(key)
    if known is None:
        sums[key] = [1, part, part, part]
        return
    known[0] += 1
    known[1] = _plus(known[1], part)
    known[2], known[3] = min(known[2], part), max(known[3], part)
