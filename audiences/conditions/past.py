"""What the leaves about past events share: which events count, and when time alone may turn an answer."""

from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter, eq, ge, gt, le, lt
from typing import Any, Final

from audiences.conditions import durations
from audiences.conditions.comparisons import Property
from audiences.conditions.facts import EventFact, Facts, Needs
from audiences.conditions.tree import Condition, Predicate

AT: Final = attrgetter("at")
MOST_LOOKS: Final = 8
"""How many instants `first_turn` tries; the next one is then named untried, which only means one look too many."""
NOTHING: Final = timedelta(0)
TIMES: Final[dict[str, Callable[[int, int], bool]]] = {
    "at_least": ge,
    "at_most": le,
    "exactly": eq,
    "less_than": lt,
    "more_than": gt,
}
"""The forms of `times`, as count compared with n."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past(Condition):
    """A leaf about the events of one name, of which those count that satisfy all of `where`."""

    event: str
    where: tuple[Property, ...] = ()

    @abstractmethod
    def holds(self, facts: Facts) -> bool:
        """Return whether the leaf holds."""

    @abstractmethod
    def edges(self) -> tuple[timedelta, ...]:
        """Return the ages at which an event comes into sight, changes its part, or goes out of sight."""

    @property
    def reach(self) -> timedelta | None:
        """How far back events are looked at; None: ever."""
        return max(self.edges())

    def predicate(self) -> Predicate:
        return self.holds

    def needs(self) -> Needs:
        return Needs(event_names={self.event: self.reach})

    def opens(self) -> frozenset[str]:
        return frozenset((self.event,)) if self.where else frozenset()

    def is_timed(self) -> bool:
        return True

    @property
    def is_relative(self) -> bool:
        """Whether time alone may turn a `where`."""
        return any(leaf.is_timed() for leaf in self.where)

    def found(
        self, facts: Facts, *, within: timedelta | None = None, until: timedelta = NOTHING
    ) -> Sequence[EventFact]:
        """Return the events in (now − within, now − until] that satisfy `where`, oldest first; no `within`: ever."""
        events, now = facts.history.get(self.event, ()), facts.now
        if not events:
            return ()
        end = bisect_right(events, now - until, key=AT)
        begin = 0 if within is None else bisect_right(events, now - within, hi=end, key=AT)
        if not self.where:
            return events[begin:end]
        return [event for event in events[begin:end] if self.counts(event, now)]

    def counts(self, event: EventFact, now: datetime) -> bool:
        """Return whether an event satisfies `where`."""
        return all(leaf.holds_in(event.properties, now=now) for leaf in self.where)

    def newest(self, facts: Facts) -> EventFact | None:
        """Return the newest event that satisfies `where`, of those that arrived at one instant the last."""
        events, now = facts.history.get(self.event, ()), facts.now
        end = bisect_right(events, now, key=AT)
        return next((events[i] for i in range(end - 1, -1, -1) if self.counts(events[i], now)), None)

    def next_change(self, facts: Facts) -> datetime | None:
        """Return the next instant at which time alone may turn the answer, given no further event."""
        return first_turn(self.holds, facts, self.instants(facts))

    def instants(self, facts: Facts) -> Iterator[datetime]:
        """Yield the instants at which the answer may turn."""
        relative = self.is_relative
        for event in facts.history.get(self.event, ()):
            if not relative and not self.counts(event, facts.now):
                continue
            yield from (event.at + age for age in self.edges())
            yield from turns(self.where, event, facts.now)

    def past_json(self) -> dict[str, Any]:
        """Return `where` as it is written."""
        return {"where": [leaf.as_json() for leaf in self.where]} if self.where else {}


def turns(leaves: Iterable[Property], event: EventFact, now: datetime) -> Iterator[datetime]:
    """Yield the instants after `now` at which one of the leaves turns for the event."""
    for leaf in leaves:
        if (at := leaf.change_in(event.properties, now=now)) is not None:
            yield at


def first_turn(holds: Predicate, facts: Facts, instants: Iterable[datetime]) -> datetime | None:
    """Return the first of the instants after now at which the answer is another one.

    After `MOST_LOOKS` in vain the next one is returned: the answer may turn there, and nowhere before.
    """
    now, last = facts.now, facts.now + durations.LONGEST
    ahead = sorted({at for at in instants if now < at < last})
    if not ahead:
        return None
    held = holds(facts)
    for at in ahead[:MOST_LOOKS]:
        if holds(facts.at(at)) is not held:
            return at
    return ahead[MOST_LOOKS] if len(ahead) > MOST_LOOKS else None
