"""What a condition is judged on: an event, and what is known of its subject at one instant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID


class Place(StrEnum):
    """Where a condition stands, which decides what it may read."""

    SEGMENT = "segment"
    """Nothing is at hand but the person: leaves about the event at hand are refused."""
    EVENT = "event"
    """An event is at hand (rules, event entries, waits for an event)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFact:
    """One thing that happened; names and property values are as they were received."""

    name: str
    at: datetime
    properties: Mapping[str, Any]
    id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TraitFact:
    """What a trait was said to be from `at` on; None: it was taken away."""

    at: datetime
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How often something happened, ever, and when first and last; events that lie ahead are counted too."""

    n: int
    first_at: datetime
    last_at: datetime


Grant = tuple[str, str]
"""A channel and a purpose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a condition may read. `now` is the event's own time where an event is at hand.

    `history` holds, by event name, what `needs` asked for, in the order of (time, id). Events after `now` may be
    among them: they are not counted yet, but tell when the verdict will change. Where there is a tally for a name,
    `history` need not reach back beyond `now`. `told` holds what each trait was said to be, in the order of time;
    nothing is known from before `first_seen`. `granted` is by which channel and for what the person may be contacted.
    """

    now: datetime
    traits: Mapping[str, Any]
    event: EventFact | None = None
    history: Mapping[str, Sequence[EventFact]] = field(default_factory=dict)
    segments: frozenset[str] = frozenset()
    tallies: Mapping[str, Tally] = field(default_factory=dict)
    told: Mapping[str, Sequence[TraitFact]] = field(default_factory=dict)
    first_seen: datetime | None = None
    granted: frozenset[Grant] = frozenset()

    def at(self, now: datetime) -> "Facts":
        """Return the same facts as seen at another instant."""
        return self._like(now, self.event, self.segments)

    def inside(self, segments: frozenset[str]) -> "Facts":
        """Return the same facts of a member of `segments`."""
        return self._like(self.now, self.event, segments)

    def _like(self, now: datetime, event: EventFact | None, segments: frozenset[str]) -> "Facts":
        return Facts(
            now=now,
            traits=self.traits,
            event=event,
            history=self.history,
            segments=segments,
            tallies=self.tallies,
            told=self.told,
            first_seen=self.first_seen,
            granted=self.granted,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """Which facts a condition reads, so that only those are loaded, and only their changes make it judged again.

    `traits` and `properties` are the dotted names as written; `event_names` maps each event that is looked at to the
    longest window, None meaning ever, nothing meaning only what lies ahead; `tallied` are the events whose tally is
    read; `told` the traits (first part of the name) whose past is; `named` the names that the event at hand is
    compared with; `consents` the channels and purposes.
    """

    traits: frozenset[str] = frozenset()
    properties: frozenset[str] = frozenset()
    event_names: Mapping[str, timedelta | None] = field(default_factory=dict)
    segments: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    tallied: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()
    consents: frozenset[Grant] = frozenset()

    def __or__(self, other: "Needs") -> "Needs":
        return Needs(
            traits=self.traits | other.traits,
            properties=self.properties | other.properties,
            event_names=_longest(self.event_names, other.event_names),
            segments=self.segments | other.segments,
            named=self.named | other.named,
            tallied=self.tallied | other.tallied,
            told=self.told | other.told,
            consents=self.consents | other.consents,
        )


def _longest(
    one: Mapping[str, timedelta | None], other: Mapping[str, timedelta | None]
) -> Mapping[str, timedelta | None]:
    """Return the longer window of each name; no window at all is the longest."""
    merged = dict(one)
    for name, window in other.items():
        known = merged.get(name, window)
        merged[name] = None if known is None or window is None else max(known, window)
    return merged
