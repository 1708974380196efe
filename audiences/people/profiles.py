"""A person's traits in memory: the value with the latest event time wins, whatever order the events arrive in."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from audiences.intake.batches import EventRow
from audiences.intake.models import EventKind
from audiences.people import labelling
from audiences.reserved import LABEL_ADDED, LABELS, TRAIT_SET


@dataclass(slots=True, kw_only=True)
class Profile:
    """A locked row of the person table, and what this batch changes in it."""

    id: uuid.UUID
    user_id: str | None
    traits: dict[str, Any]
    trait_times: dict[str, str]
    first_seen: datetime
    last_seen: datetime
    seen: bool = False
    spoken: bool = False
    earlier: bool = False
    """whether the person is known since earlier than was thought"""
    changed: set[str] = field(default_factory=set)
    late: set[str] = field(default_factory=set)
    """traits of which something older was told after something newer: their past changes, not their value"""

    def learn(self, event: EventRow) -> None:
        """Take over what the event says about the person."""
        if event.kind != EventKind.INTERNAL:
            self.see(event.event_time, event.event_time)
        at = moment(event.event_time)
        for name, value in traits_in(event):
            self.set_trait(name, value, at=at)
        if (label := label_in(event)) is not None:
            self.add_label(label, at=at)

    def see(self, first: datetime, last: datetime) -> None:
        if first < self.first_seen:
            self.first_seen, self.seen, self.earlier = first, True, True
        if last > self.last_seen:
            self.last_seen, self.seen = last, True

    def set_trait(self, name: str, value: Any, *, at: str) -> None:
        """Set one trait unless a newer event has spoken; null removes it, and is remembered as the newest word."""
        if at < self.trait_times.get(name, ""):
            self.late.add(name)
            return
        self.trait_times[name] = at
        self.spoken = True
        if name == LABELS:
            value = labelling.set_as_whole(value, self.trait_times, at=at)
        if self.traits.get(name) == value and type(self.traits.get(name)) is type(value):
            return
        self.changed.add(name)
        if value is None:
            self.traits.pop(name, None)
        else:
            self.traits[name] = value

    def add_label(self, label: str, *, at: str) -> None:
        """Add one label, unless the list as a whole was set later."""
        if at < self.trait_times.get(LABELS, ""):
            self.late.add(LABELS)
            return
        if not labelling.note(self.trait_times, label, at=at):
            self.late.add(LABELS)
        self.spoken = True
        labels = labelling.joined(self.traits.get(LABELS), [label])
        if labels != self.traits.get(LABELS):
            self.changed.add(LABELS)
            self.traits[LABELS] = labels

    def unite(self, other: "Profile") -> None:
        """Take over all that is known of `other`; at equal times this profile's own word stands."""
        self.see(other.first_seen, other.last_seen)
        for name, at in other.trait_times.items():
            if at > self.trait_times.get(name, "") and not labelling.is_time_of_label(name):
                self.set_trait(name, other.traits.get(name), at=at)
        for label, at in labelling.added(other.trait_times):
            self.add_label(label, at=at)


def moment(at: datetime) -> str:
    """Return `at` in the one form whose alphabetical order is the order of time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def traits_in(event: EventRow) -> Iterator[tuple[str, Any]]:
    """Yield the traits that the event sets: those of an identify, `group` as a whole for a group call, a rule's."""
    if event.kind == EventKind.IDENTIFY:
        yield from event.properties.items()
    elif event.kind == EventKind.INTERNAL and event.name == TRAIT_SET:
        yield str(event.properties["trait"]), event.properties.get("value")
    elif event.kind == EventKind.GROUP:
        yield "group", _group(event.properties)


def label_in(event: EventRow) -> str | None:
    """Return the label that the event puts on the person."""
    is_label = event.kind == EventKind.INTERNAL and event.name == LABEL_ADDED
    return str(event.properties["label"]) if is_label else None


def _group(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {**{name: value for name, value in properties.items() if name != "groupId"}, "id": properties.get("groupId")}
