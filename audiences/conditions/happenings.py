"""The leaves about what happened and where somebody belongs: `event_name`, `did` and `segment`."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter, eq, ge, gt, le, lt
from typing import Any, ClassVar, Final

from audiences.conditions import durations
from audiences.conditions.comparisons import Property
from audiences.conditions.facts import EventFact, Facts, Needs
from audiences.conditions.tree import Condition, Predicate, earliest
from audiences.conditions.values import nfc
from audiences.conditions.verdict import Verdict

_AT: Final = attrgetter("at")
TIMES: Final[dict[str, Callable[[int, int], bool]]] = {
    "at_least": ge,
    "at_most": le,
    "exactly": eq,
    "less_than": lt,
    "more_than": gt,
}
"""The forms of `times`, as count compared with n."""
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
class Did(Condition):
    """How often an event that satisfies all of `where` happened in (now − within, now], or ever."""

    what: ClassVar[str] = "did"
    event: str
    where: tuple[Property, ...] = ()
    times: str = "at_least"
    n: int = 1
    within: timedelta | None = None

    def count(self, facts: Facts) -> int:
        """Return how many events count at `facts.now`."""
        if self.where:
            return len(self.counted(facts))
        begin, end = self._stretch(facts)
        return end - begin

    def counted(self, facts: Facts) -> Sequence[EventFact]:
        """Return the events that count at `facts.now`, oldest first."""
        begin, end = self._stretch(facts)
        found = facts.history.get(self.event, ())[begin:end]
        if not self.where:
            return found
        now, where = facts.now, self.where
        return [event for event in found if all(leaf.holds_in(event.properties, now=now) for leaf in where)]

    def _stretch(self, facts: Facts) -> tuple[int, int]:
        """Return where the window begins and ends in the history, which is in the order of time."""
        events, now = facts.history.get(self.event, ()), facts.now
        end = bisect_right(events, now, key=_AT)
        return (0 if self.within is None else bisect_right(events, now - self.within, hi=end, key=_AT)), end

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
        return Needs(event_names={self.event: self.within})

    def next_change(self, facts: Facts) -> datetime | None:
        """Return the first instant at which the count crosses the limit, given no further event."""
        past = facts.history.get(self.event, ())
        if not past:
            return None
        if past[-1].at <= facts.now and not self._is_relative():
            return self._lapse(facts)
        return self._first_crossing(facts)

    def _is_relative(self) -> bool:
        return any(leaf.operator.flips_at is not None for leaf in self.where)

    def _lapse(self, facts: Facts) -> datetime | None:
        """Return when as many events have left the window as the count needs to fall below a limit."""
        if self.within is None:
            return None
        counted = [event.at for event in self.counted(facts)]
        limits = [limit for limit in THRESHOLDS[self.times](self.n) if 1 <= limit <= len(counted)]
        return counted[-max(limits)] + self.within if limits else None

    def _first_crossing(self, facts: Facts) -> datetime | None:
        """Walk from one instant at which an event may enter or leave the count to the next."""
        compare = TIMES[self.times]
        held = compare(self.count(facts), self.n)
        moment = facts
        while (at := self._next_step(moment)) is not None:
            moment = _at(facts, at)
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
        leaf: dict[str, Any] = {self.what: self.event}
        if self.where:
            leaf["where"] = [part.as_json() for part in self.where]
        leaf["times"] = {self.times: self.n}
        return leaf if self.within is None else leaf | {"within": durations.write(self.within)}


def _at(facts: Facts, now: datetime) -> Facts:
    return Facts(now=now, traits=facts.traits, event=facts.event, history=facts.history, segments=facts.segments)
