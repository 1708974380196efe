"""A scenario as frozen values: who is there, and each thing that happens or must be true."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonGiven:
    """Someone who is there from the start; `consent` maps a channel to purposes."""

    id: str
    traits: Mapping[str, Any]
    consent: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """When something happened: an instant, or so long from now."""

    instant: datetime | None = None
    offset: timedelta = timedelta(0)

    def seen_from(self, now: datetime) -> datetime:
        """Return the instant that is meant."""
        return self.instant if self.instant is not None else now + self.offset


@dataclass(frozen=True, slots=True, kw_only=True)
class EventStep:
    """An event comes in; `id` is its idempotency key."""

    user: str
    anonymous: str
    name: str
    at: At
    properties: Mapping[str, Any]
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TraitsStep:
    """Somebody's traits are told; with `anonymous` these two are one person."""

    user: str
    anonymous: str
    traits: Mapping[str, Any]
    at: At


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionStep:
    """Somebody says something about a brand; `told` is the mention as it is sent, but for its time."""

    told: Mapping[str, Any]
    at: At


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitStep:
    """The clock moves, and due work is done at its time."""

    lasts: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStep:
    """An operator, a person or another system does something."""

    verb: str
    flow: str
    rule: str
    user: str
    into: str
    segment: str
    by: str
    channel: str
    purpose: str
    key: str
    properties: Mapping[str, Any]
    definition: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectStep:
    """What must be true now, as it is written; `expectations` knows the parts."""

    wanted: Mapping[str, Any]


Step = EventStep | TraitsStep | MentionStep | WaitStep | CallStep | ExpectStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A whole scenario."""

    name: str
    start: datetime
    zone: str
    define: Mapping[str, Sequence[Mapping[str, Any]]]
    people: Sequence[PersonGiven]
    steps: Sequence[Step]
