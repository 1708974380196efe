"""Reads what is known about people: the only reader for rules, waits and explanations."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from audiences.conditions import EventFact, Facts, Needs, Tally, TraitFact
from audiences.conditions.facts import Grant
from audiences.intake.batches import EventRow
from compliance.consent.consents import granted
from config.kit.bulk import bulk_cursor

History = Mapping[str, Sequence[EventFact]]
_Person = tuple[str | None, Mapping[str, Any], datetime | None]
"""User id, traits, and since when the person is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """What was asked for about one person; `history` holds each name's events in the order of (time, id)."""

    person_id: UUID
    user_id: str | None = None
    traits: Mapping[str, Any] = field(default_factory=dict)
    segments: frozenset[str] = frozenset()
    history: History = field(default_factory=dict)
    tallies: Mapping[str, Tally] = field(default_factory=dict)
    told: Mapping[str, Sequence[TraitFact]] = field(default_factory=dict)
    first_seen: datetime | None = None
    granted: frozenset[Grant] = frozenset()

    def facts_at(self, at: EventRow | EventFact | datetime) -> Facts:
        """Return the facts as of an event (at hand, and visible in the history) or of an instant."""
        if isinstance(at, datetime):
            return self.facts(at)
        event = at if isinstance(at, EventFact) else event_fact(at)
        return self.facts(event.at, event=event)

    def facts(self, now: datetime, *, event: EventFact | None = None) -> Facts:
        """Return the facts as of an instant, with an event at hand if there is one, be it an older one."""
        return Facts(
            now=now,
            traits=self.traits,
            event=event,
            history=self.history,
            segments=self.segments,
            tallies=self.tallies,
            told=self.told,
            first_seen=self.first_seen,
            granted=self.granted,
        )


def event_fact(event: EventRow) -> EventFact:
    """Return the event in the form that conditions read."""
    return EventFact(name=event.name, at=event.event_time, properties=event.properties, id=event.id)


def load(
    workspace_id: int,
    person_ids: Iterable[UUID],
    needs: Needs,
    *,
    now: datetime,
    earliest: datetime | None = None,
    named: bool = True,
    opened: frozenset[str] | None = None,
) -> dict[UUID, PersonFacts]:
    """Read what `needs` names about each person, in at most six queries.

    `earliest` is the oldest instant that will be judged (the oldest event of a batch; default `now`): windows
    are measured back from it. Events after the instant that is judged may be in the history; they are not
    counted, but tell when time alone will change a verdict. Who is not `named` has a user id only by chance: conditions
    never ask for it. Where `opened` is given, of events with other names only the time is read.
    """
    wanted = list(set(person_ids))
    if not wanted:
        return {}
    people = _people(workspace_id, wanted) if named or needs.traits else {}
    tallies = _tallies(wanted, needs.tallied) if needs.tallied else {}
    told = _told(wanted, needs.told) if needs.told else {}
    grants = granted(workspace_id, wanted, needs.consents) if needs.consents else {}
    segments = _segments(wanted) if needs.segments else {}
    history = _history(workspace_id, wanted, needs, since=min(now, earliest or now), opened=opened)
    return {
        person_id: PersonFacts(
            person_id=person_id,
            user_id=known[0],
            traits=known[1],
            segments=frozenset(segments.get(person_id, ())),
            history=history.get(person_id, {}),
            tallies=tallies.get(person_id, {}),
            told=told.get(person_id, {}),
            first_seen=known[2],
            granted=grants.get(person_id, frozenset()),
        )
        for person_id in wanted
        for known in (people.get(person_id, _NOBODY),)
    }


def _people(workspace_id: int, person_ids: list[UUID]) -> dict[UUID, _Person]:
    with bulk_cursor() as cursor:
        cursor.execute(PEOPLE, [person_ids, workspace_id])
        return {ident: (user_id, msgspec.json.decode(traits), seen) for ident, user_id, traits, seen in cursor}


def _tallies(person_ids: list[UUID], names: Iterable[str]) -> Mapping[UUID, dict[str, Tally]]:
    found: dict[UUID, dict[str, Tally]] = defaultdict(dict)
    with bulk_cursor() as cursor:
        cursor.execute(TALLIES, [person_ids, list(names)])
        for person_id, name, n, first_at, last_at in cursor:
            found[person_id][name] = Tally(n=n, first_at=first_at, last_at=last_at)
    return found


def _told(person_ids: list[UUID], names: Iterable[str]) -> Mapping[UUID, dict[str, list[TraitFact]]]:
    found: dict[UUID, dict[str, list[TraitFact]]] = defaultdict(dict)
    with bulk_cursor() as cursor:
        cursor.execute(TOLD, [person_ids, list(names)])
        for person_id, name, at, value in cursor:
            found[person_id].setdefault(name, []).append(TraitFact(at=at, value=msgspec.json.decode(value)))
    return found


def _segments(person_ids: list[UUID]) -> Mapping[UUID, set[str]]:
    found: dict[UUID, set[str]] = defaultdict(set)
    with bulk_cursor() as cursor:
        cursor.execute(SEGMENTS, [person_ids])
        for person_id, key in cursor.fetchall():
            found[person_id].add(key)
    return found


def _history(
    workspace_id: int,
    person_ids: list[UUID],
    needs: Needs,
    *,
    since: datetime,
    opened: frozenset[str] | None,
) -> Mapping[UUID, dict[str, list[EventFact]]]:
    found: dict[UUID, dict[str, list[EventFact]]] = defaultdict(dict)
    if not needs.event_names:
        return found
    names = list(needs.event_names)
    whole = [opened is None or name in opened for name in names]
    starts = [None if (window := needs.event_names[name]) is None else since - window for name in names]
    # the oldest start bounds the index scan, each name's own start the rows
    oldest = None if None in starts else min(start for start in starts if start)
    with bulk_cursor() as cursor:
        cursor.execute(HISTORY, [names, starts, whole, person_ids, workspace_id, oldest])
        for person_id, name, at, ident, properties in cursor.fetchall():
            read = _NOTHING if properties is None else msgspec.json.decode(properties)
            found[person_id].setdefault(name, []).append(EventFact(name=name, at=at, properties=read, id=ident))
    return found


_NOTHING: Final[Mapping[str, Any]] = {}
_NOBODY: Final[_Person] = (None, {}, None)
PEOPLE: Final = """
select id, user_id, traits::text, first_seen from audiences_person where id = any(%s) and workspace_id = %s
"""
TALLIES: Final = """
select person_id, name, n, first_at, last_at from audiences_eventcount where person_id = any(%s) and name = any(%s)
"""
TOLD: Final = """
select person_id, name, at, value::text from audiences_traitchange
where person_id = any(%s) and name = any(%s) order by person_id, name, at
"""
SEGMENTS: Final = """
select m.person_id, s.key from audiences_membership m join audiences_segment s on s.id = m.segment_id
where m.person_id = any(%s) and m.left_at is null
"""
HISTORY: Final = """
with wanted as materialized (
    select * from unnest(%s::text[], %s::timestamptz[], %s::boolean[]) as w(name, start, whole))
select e.person_id, e.name, e.event_time, case when w.whole then e.id end, case when w.whole then e.properties::text end
from audiences_event e join wanted w on w.name = e.name
where e.person_id = any(%s) and e.workspace_id = %s
and e.event_time > coalesce(%s, '-infinity'::timestamptz) and e.event_time > coalesce(w.start, '-infinity')
order by e.person_id, e.event_time, e.id
"""
