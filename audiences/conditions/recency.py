"""The leaves about when something happened: `first`, `last`, `stopped`, `returned` and `regularly`."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from audiences.conditions import durations
from audiences.conditions.comparisons import Property
from audiences.conditions.facts import Facts, Needs
from audiences.conditions.past import AT, NOTHING, TIMES, Past, first_turn, turns
from audiences.conditions.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class First(Past):
    """The first matching event ever lies in (now − within, now]."""

    what: ClassVar[str] = "first"
    within: timedelta

    def holds(self, facts: Facts) -> bool:
        at = self.first_at(facts)
        return at is not None and at > facts.now - self.within

    def first_at(self, facts: Facts) -> datetime | None:
        """Return when it first happened, None if it has not yet."""
        return first_at(self, facts)

    def edges(self) -> tuple[timedelta, ...]:
        return NOTHING, self.within

    def needs(self) -> Needs:
        return needs_of_first(self, NOTHING)

    def judge(self, facts: Facts) -> Verdict:
        at = self.first_at(facts)
        return Verdict(
            held=self.holds(facts), **_asked(self), op="within", limit=durations.write(self.within), **_instant(at)
        )

    def next_change(self, facts: Facts) -> datetime | None:
        at = self.first_at(facts)
        if at is not None and not self.is_relative:
            leaves = at + self.within
            return leaves if leaves > facts.now else None
        return first_turn(self.holds, facts, self.instants(facts))

    def as_json(self) -> dict[str, Any]:
        return {self.what: self.event} | self.past_json() | {"within": durations.write(self.within)}


def first_at(leaf: Past, facts: Facts) -> datetime | None:
    """Return when a matching event first happened: by the tally where there is one."""
    if not leaf.where and (tally := facts.tallies.get(leaf.event)) is not None:
        return tally.first_at if tally.first_at <= facts.now else None
    return next((event.at for event in leaf.found(facts)), None)


def needs_of_first(leaf: Past, window: timedelta) -> Needs:
    """Return the need for the first event, and for those of a window: with a `where`, for all of them."""
    if leaf.where:
        return Needs(event_names={leaf.event: None})
    return Needs(event_names={leaf.event: window}, tallied=frozenset((leaf.event,)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Last(Past):
    """The newest matching event satisfies every leaf of `has`."""

    what: ClassVar[str] = "last"
    has: tuple[Property, ...]

    def holds(self, facts: Facts) -> bool:
        newest = self.newest(facts)
        return newest is not None and all(leaf.holds_in(newest.properties, now=facts.now) for leaf in self.has)

    def opens(self) -> frozenset[str]:
        return frozenset((self.event,))

    def edges(self) -> tuple[timedelta, ...]:
        return (NOTHING,)

    @property
    def reach(self) -> timedelta | None:
        return None

    def instants(self, facts: Facts) -> Iterator[datetime]:
        leaves = (*self.where, *self.has)
        for event in facts.history.get(self.event, ()):
            yield event.at
            yield from turns(leaves, event, facts.now)

    def judge(self, facts: Facts) -> Verdict:
        newest = self.newest(facts)
        read = {} if newest is None else {leaf.name: leaf.value_in(newest.properties) for leaf in self.has}
        return Verdict(
            held=self.holds(facts), **_asked(self), op="has", limit=[leaf.as_json() for leaf in self.has],
            actual=read, missing=newest is None,
        )  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        return {self.what: self.event} | self.past_json() | {"has": [leaf.as_json() for leaf in self.has]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped(Past):
    """Happened in (now − within, now], but not in (now − quiet, now]."""

    what: ClassVar[str] = "stopped"
    within: timedelta
    quiet: timedelta

    def holds(self, facts: Facts) -> bool:
        newest = self.newest(facts)
        return newest is not None and facts.now - self.within < newest.at <= facts.now - self.quiet

    def edges(self) -> tuple[timedelta, ...]:
        return NOTHING, self.quiet, self.within

    def instants(self, facts: Facts) -> Iterator[datetime]:
        if self.is_relative:
            yield from super(Stopped, self).instants(facts)
            return
        newest = self.newest(facts)
        events = facts.history.get(self.event, ())
        for event in (*([newest] if newest else ()), *events[bisect_right(events, facts.now, key=AT) :]):
            yield from (event.at + age for age in self.edges())

    def judge(self, facts: Facts) -> Verdict:
        newest = self.newest(facts)
        return Verdict(
            held=self.holds(facts), **_asked(self), op="quiet", limit=durations.write(self.quiet),
            within=durations.write(self.within), **_instant(newest.at if newest else None),
        )  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        windows = {"within": durations.write(self.within), "quiet": durations.write(self.quiet)}
        return {self.what: self.event} | self.past_json() | windows


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned(Past):
    """Happened in (now − within, now], and before, with nothing in the `after_quiet` in front of that window."""

    what: ClassVar[str] = "returned"
    within: timedelta
    after_quiet: timedelta

    def holds(self, facts: Facts) -> bool:
        return all(self._parts(facts))

    def _parts(self, facts: Facts) -> Iterator[bool]:
        """Yield whether it happened lately, whether there was nothing in front, whether it happened before."""
        away = self.within + self.after_quiet
        yield bool(self.found(facts, within=self.within))
        yield not self.found(facts, within=away, until=self.within)
        first = first_at(self, facts)
        yield first is not None and first <= facts.now - away

    def edges(self) -> tuple[timedelta, ...]:
        return NOTHING, self.within, self.within + self.after_quiet

    def needs(self) -> Needs:
        return needs_of_first(self, self.within + self.after_quiet)

    def instants(self, facts: Facts) -> Iterator[datetime]:
        yield from super(Returned, self).instants(facts)
        if (tally := facts.tallies.get(self.event)) is not None:
            yield tally.first_at + self.within + self.after_quiet

    def judge(self, facts: Facts) -> Verdict:
        newest = self.newest(facts)
        return Verdict(
            held=self.holds(facts), **_asked(self), op="after_quiet", limit=durations.write(self.after_quiet),
            within=durations.write(self.within), **_instant(newest.at if newest else None),
        )  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        windows = {"within": durations.write(self.within), "after_quiet": durations.write(self.after_quiet)}
        return {self.what: self.event} | self.past_json() | windows


@dataclass(frozen=True, slots=True, kw_only=True)
class Regularly(Past):
    """Of the last `periods` stretches of `every`, at least `in_at_least` have as many matching events as `times` says.

    The stretches end at now: (now − every, now], (now − 2·every, now − every], and so on.
    """

    what: ClassVar[str] = "regularly"
    every: timedelta
    periods: int
    in_at_least: int
    times: str = "at_least"
    n: int = 1

    def holds(self, facts: Facts) -> bool:
        compare = TIMES[self.times]
        return sum(compare(count, self.n) for count in self.counts_by_period(facts)) >= self.in_at_least

    def counts_by_period(self, facts: Facts) -> list[int]:
        """Return how often it happened in each period, the newest first."""
        counts, now, every = [0] * self.periods, facts.now, self.every
        for event in self.found(facts, within=every * self.periods):
            counts[(now - event.at) // every] += 1
        return counts

    def edges(self) -> tuple[timedelta, ...]:
        return tuple(self.every * period for period in range(self.periods + 1))

    @property
    def reach(self) -> timedelta:
        return self.every * self.periods

    def judge(self, facts: Facts) -> Verdict:
        return Verdict(
            held=self.holds(facts), **_asked(self), op="in_at_least", limit=self.in_at_least,
            actual=self.counts_by_period(facts),
        )  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        periods = {"every": durations.write(self.every), "periods": self.periods, "in_at_least": self.in_at_least}
        return {self.what: self.event} | self.past_json() | periods | {"times": {self.times: self.n}}


def _asked(leaf: Past) -> dict[str, Any]:
    return {"what": leaf.what, "name": leaf.event, "leaf": leaf.as_json()}


def _instant(at: datetime | None) -> dict[str, Any]:
    return {"actual": None if at is None else at.isoformat(), "missing": at is None}
