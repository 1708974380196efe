"""The leaves about what happened and where somebody belongs: `event_name`, `did` and `segment`."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from audiences.conditions import durations
from audiences.conditions.facts import EventFact, Facts, Needs
from audiences.conditions.past import AT, NOTHING, TIMES, Past
from audiences.conditions.tree import Condition, Predicate, earliest
from audiences.conditions.values import nfc
from audiences.conditions.verdict import Verdict

THRESHOLDS: Final[dict[str, Callable[[int], tuple[int, ...]]]] = {
    "at_least": lambda n: (n,),
    "at_most": lambda n: (n + 1,),
    "exactly": lambda n: (n + 1, n),
    "less_than": lambda n: (n,),
    "more_than": lambda n: (n + 1,),
}
"""The counts that the answer tells apart from one less, greatest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventName(Condition):
    """The event at hand is one of these."""

    what: ClassVar[str] = "event_name"
    names: tuple[str, ...]

    def judge(self, facts: Facts) -> Verdict:
        actual = facts.event.name if facts.event is not None else None
        held = actual is not None and nfc(actual) in self.names
        return Verdict(
            held=held, what=self.what, op="in", limit=list(self.names), actual=actual, missing=actual is None
        )

    def predicate(self) -> Predicate:
        names = frozenset(self.names)
        return lambda facts: facts.event is not None and nfc(facts.event.name) in names

    def needs(self) -> Needs:
        return Needs(named=frozenset(self.names))

    def as_json(self) -> dict[str, Any]:
        return {self.what: list(self.names)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment(Condition):
    """Member of another segment."""

    what: ClassVar[str] = "segment"
    key: str

    def judge(self, facts: Facts) -> Verdict:
        held = self.key in facts.segments
        return Verdict(held=held, what=self.what, name=self.key, op="member", limit=True, actual=held)

    def predicate(self) -> Predicate:
        key = self.key
        return lambda facts: key in facts.segments

    def needs(self) -> Needs:
        return Needs(segments=frozenset((self.key,)))

    def as_json(self) -> dict[str, Any]:
        return {self.what: self.key}


@dataclass(frozen=True, slots=True, kw_only=True)
class Did(Past):
    """How often an event that satisfies all of `where` happened in (now − within, now], or ever."""

    what: ClassVar[str] = "did"
    times: str = "at_least"
    n: int = 1
    within: timedelta | None = None

    def holds(self, facts: Facts) -> bool:
        return TIMES[self.times](self.count(facts), self.n)

    def count(self, facts: Facts) -> int:
        """Return how many events count at `facts.now`."""
        if self.where:
            return len(self.counted(facts))
        begin, end = self._stretch(facts)
        if self.is_tallied and (tally := facts.tallies.get(self.event)) is not None:
            return tally.n - (len(facts.history.get(self.event, ())) - end)  # all but those that lie ahead
        return end - begin

    @property
    def is_tallied(self) -> bool:
        """Whether the count of all events ever is asked for, which is kept."""
        return self.within is None and not self.where

    def counted(self, facts: Facts) -> Sequence[EventFact]:
        """Return the events that count at `facts.now`, oldest first."""
        return self.found(facts, within=self.within)

    def _stretch(self, facts: Facts) -> tuple[int, int]:
        """Return where the window begins and ends in the history, which is in the order of time."""
        events, now = facts.history.get(self.event, ()), facts.now
        if not events:
            return 0, 0
        end = len(events) if events[-1].at <= now else bisect_right(events, now, key=AT)
        return (0 if self.within is None else bisect_right(events, now - self.within, hi=end, key=AT)), end

    def edges(self) -> tuple[timedelta, ...]:
        return (NOTHING,) if self.within is None else (NOTHING, self.within)

    @property
    def reach(self) -> timedelta | None:
        return self.within

    def judge(self, facts: Facts) -> Verdict:
        found = self.count(facts)
        return Verdict(
            held=TIMES[self.times](found, self.n),
            what=self.what,
            name=self.event,
            op=self.times,
            limit=self.n,
            actual=found,
            within=durations.write(self.within) if self.within else "",
            where=tuple(leaf.as_json() for leaf in self.where),
        )

    def predicate(self) -> Predicate:
        compare, n, count = TIMES[self.times], self.n, self.count
        return lambda facts: compare(count(facts), n)

    def needs(self) -> Needs:
        if self.is_tallied:
            return Needs(event_names={self.event: NOTHING}, tallied=frozenset((self.event,)))
        return Needs(event_names={self.event: self.within})

    def next_change(self, facts: Facts) -> datetime | None:
        """Return the first instant at which the count crosses the limit, given no further event."""
        past = facts.history.get(self.event, ())
        if not past:
            return None
        if past[-1].at <= facts.now and not (self.where and self.is_relative):
            return self._lapse(facts, past)
        return self._first_crossing(facts)

    def _lapse(self, facts: Facts, past: Sequence[EventFact]) -> datetime | None:
        """Return when as many events have left the window as the count needs to fall below a limit."""
        if self.within is None:
            return None
        if self.where:
            past = self.counted(facts)
            begin, end = 0, len(past)
        else:
            begin, end = self._stretch(facts)
        for limit in THRESHOLDS[self.times](self.n):
            if 1 <= limit <= end - begin:
                return past[end - limit].at + self.within
        return None

    def _first_crossing(self, facts: Facts) -> datetime | None:
        """Walk from one instant at which an event may enter or leave the count to the next."""
        compare = TIMES[self.times]
        held = compare(self.count(facts), self.n)
        moment = facts
        while (at := self._next_step(moment)) is not None:
            moment = facts.at(at)
            if compare(self.count(moment), self.n) is not held:
                return at
        return None

    def _next_step(self, facts: Facts) -> datetime | None:
        """Return the next instant at which an event may enter or leave the count."""
        return earliest(at for event in facts.history.get(self.event, ()) for at in self._steps(event, facts.now))

    def _steps(self, event: EventFact, now: datetime) -> Iterator[datetime | None]:
        age = now - event.at
        if timedelta(0) < -age < durations.LONGEST:
            yield event.at
        elif self.within is not None and timedelta(0) <= age < self.within:
            yield event.at + self.within
        for leaf in self.where:
            yield leaf.change_in(event.properties, now=now)

    def as_json(self) -> dict[str, Any]:
        leaf: dict[str, Any] = {self.what: self.event} | self.past_json()
        leaf["times"] = {self.times: self.n}
        return leaf if self.within is None else leaf | {"within": durations.write(self.within)}
