"""The leaf about things that happened one after the other: `sequence`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from audiences.conditions import durations
from audiences.conditions.comparisons import Property
from audiences.conditions.facts import EventFact, Facts, Needs
from audiences.conditions.past import first_turn, turns
from audiences.conditions.tree import Condition, Predicate
from audiences.conditions.verdict import Verdict

_Chain = tuple[datetime, ...]
"""When each of the steps so far happened."""
_NONE: Final[_Chain] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One event of a sequence; `within` is the longest gap after the step before."""

    event: str
    where: tuple[Property, ...] = ()
    within: timedelta | None = None

    def is_met_by(self, event: EventFact, now: datetime) -> bool:
        return all(leaf.holds_in(event.properties, now=now) for leaf in self.where)

    def as_json(self) -> dict[str, Any]:
        step: dict[str, Any] = {"event": self.event}
        if self.where:
            step["where"] = [leaf.as_json() for leaf in self.where]
        return step if self.within is None else step | {"within": durations.write(self.within)}


@dataclass(frozen=True, slots=True, kw_only=True)
class InOrder(Condition):
    """The steps happened in (now − within, now], or ever, each after the one before: later, or arrived after it.

    A gap exactly as long as a step's `within` still counts.
    """

    what: ClassVar[str] = "sequence"
    steps: tuple[Step, ...]
    within: timedelta | None = None
    _places: Mapping[str, tuple[int, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # later steps first, so that one event never stands for two
        steps = list(enumerate(self.steps))[::-1]
        places = {name: tuple(i for i, step in steps if step.event == name) for name in self._names()}
        object.__setattr__(self, "_places", places)

    def holds(self, facts: Facts) -> bool:
        return bool(self.chains(facts)[-1])

    def predicate(self) -> Predicate:
        return self.holds

    def opens(self) -> frozenset[str]:
        return frozenset(step.event for step in self.steps)

    def is_timed(self) -> bool:
        return True

    def chains(self, facts: Facts) -> list[_Chain]:
        """Return, for each step, the latest chain of events that leads to it; an empty one if none does.

        The latest is the best: what may follow an earlier event in time may follow a later one as well, and it
        begins no earlier, so it stays longest in the window.
        """
        found, now, steps = [_NONE] * len(self.steps), facts.now, self.steps
        for event in self._events(facts):
            for place in self._places[event.name]:
                step, before = steps[place], found[place - 1] if place else _NONE
                if place and (not before or (step.within is not None and event.at - before[-1] > step.within)):
                    continue
                if step.is_met_by(event, now):
                    found[place] = (*before, event.at)
        return found

    def _events(self, facts: Facts) -> list[EventFact]:
        """Return the events in sight in the order of (time, arrival)."""
        now, start = facts.now, None if self.within is None else facts.now - self.within
        events = [
            event
            for name in self._names()
            for event in facts.history.get(name, ())
            if event.at <= now and (start is None or event.at > start)
        ]
        return sorted(events, key=_order)

    def _names(self) -> Iterator[str]:
        yield from dict.fromkeys(step.event for step in self.steps)

    def judge(self, facts: Facts) -> Verdict:
        chains = self.chains(facts)
        reached = max((place + 1 for place, chain in enumerate(chains) if chain), default=0)
        return Verdict(
            held=reached == len(self.steps),
            what=self.what,
            op="steps",
            limit=len(self.steps),
            actual=[at.isoformat() for at in chains[reached - 1]] if reached else [],
            missing=not reached,
            within=durations.write(self.within) if self.within else "",
            leaf=self.as_json(),
        )

    def needs(self) -> Needs:
        return Needs(event_names=dict.fromkeys(self._names(), self.within))

    def next_change(self, facts: Facts) -> datetime | None:
        """Return when the latest chain loses its beginning; where more may change by time alone, when it may."""
        if self._is_still(facts):
            chain = self.chains(facts)[-1]
            return chain[0] + self.within if chain and self.within is not None else None
        return first_turn(self.holds, facts, self._instants(facts))

    def _is_still(self, facts: Facts) -> bool:
        """Whether nothing lies ahead and no `where` turns by time alone."""
        if any(leaf.is_timed() for step in self.steps for leaf in step.where):
            return False
        pasts = (facts.history.get(name) for name in self._names())
        return all(past[-1].at <= facts.now for past in pasts if past)

    def _instants(self, facts: Facts) -> Iterator[datetime]:
        for name, places in self._places.items():
            leaves = [leaf for place in places for leaf in self.steps[place].where]
            for event in facts.history.get(name, ()):
                yield event.at
                if self.within is not None:
                    yield event.at + self.within
                yield from turns(leaves, event, facts.now)

    def as_json(self) -> dict[str, Any]:
        leaf: dict[str, Any] = {self.what: [step.as_json() for step in self.steps]}
        return leaf if self.within is None else leaf | {"within": durations.write(self.within)}


def _order(event: EventFact) -> tuple[datetime, int]:
    return event.at, event.id.int if event.id else 0
