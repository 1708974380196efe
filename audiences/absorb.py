"""Brings people, facts and segments up to date with one batch of events."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from audiences.computed import keep
from audiences.facts.counters import count
from audiences.facts.touch import Touch
from audiences.intake.batches import Batch, EventRow
from audiences.people.resolve import Resolved, resolve
from audiences.segments import rejudge, share


@dataclass(frozen=True, slots=True, kw_only=True)
class Absorbed:
    """The batch's events, each with the person (or brand) that it is about today, and what changed about whom."""

    events: tuple[EventRow, ...]
    touched: dict[UUID, Touch]


def absorb(batch: Batch, *, now: datetime) -> Absorbed:
    """Absorb one batch in the caller's transaction: people, counters, computed traits, then the segments that read."""
    share(batch.workspace_id)  # before any person is locked: a recomputation must never wait for one
    resolved = resolve(batch.workspace_id, [event for event in batch.events if event.personal], now=now)
    events = _in_order(batch.events, resolved.events)
    count(batch.workspace_id, events)
    touched = _touched(resolved)
    for person_id, traits in keep(batch.workspace_id, touched, now=now).items():
        touched[person_id] |= Touch(traits=traits, quiet=touched[person_id].quiet, hops=touched[person_id].hops)
    rejudge(batch.workspace_id, touched, now=now)
    return Absorbed(events=events, touched=touched)


def _in_order(came: Sequence[EventRow], resolved: Sequence[EventRow]) -> tuple[EventRow, ...]:
    """Return people's events as they were resolved, and those about brands as they came, in the order of receipt."""
    if len(resolved) == len(came):
        return tuple(resolved)
    personal = {event.id: event for event in resolved}
    return tuple(found for event in came if (found := personal.get(event.id, None if event.personal else event)))


def _touched(resolved: Resolved) -> dict[UUID, Touch]:
    names: dict[UUID, set[str]] = defaultdict(set)
    latest: dict[UUID, datetime] = {}
    hops: dict[UUID, int] = defaultdict(int)
    loud = {event.person_id for event in resolved.events if not event.imported}
    for event in resolved.events:
        names[event.person_id].add(event.name)
        hops[event.person_id] = max(event.hops, hops[event.person_id])
        latest[event.person_id] = max(event.event_time, latest.get(event.person_id, event.event_time))
    for person_id, moved in resolved.moved.items():
        names[person_id] |= moved
    return {
        person_id: Touch(
            event_names=frozenset(names[person_id]),
            traits=resolved.traits.get(person_id, frozenset()),
            late=resolved.late.get(person_id, frozenset()),
            earlier=person_id in resolved.earlier,
            anew=person_id in resolved.created or person_id in resolved.moved,
            at=latest.get(person_id),
            quiet=person_id in latest and person_id not in loud,
            hops=hops[person_id],
        )
        for person_id in names.keys() | resolved.traits.keys() | resolved.late.keys()
    }
