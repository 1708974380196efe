"""Reads what is known about people: the only reader for rules, waits and explanations."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from audiences.conditions import EventFact, Facts, Needs
from audiences.intake.batches import EventRow
from config.kit.bulk import bulk_cursor

History = Mapping[str, Sequence[EventFact]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """What was asked for about one person; `history` holds each name's events in the order of (time, id)."""

    person_id: UUID
    user_id: str | None = None
    traits: Mapping[str, Any] = field(default_factory=dict)
    segments: frozenset[str] = frozenset()
    history: History = field(default_factory=dict)

    def facts_at(self, at: EventRow | EventFact | datetime) -> Facts:
        """Return the facts as of an event (at hand, and visible in the history) or of an instant."""
        if isinstance(at, datetime):
            return Facts(now=at, traits=self.traits, event=None, history=self.history, segments=self.segments)
        event = at if isinstance(at, EventFact) else event_fact(at)
        return Facts(now=event.at, traits=self.traits, event=event, history=self.history, segments=self.segments)


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
) -> dict[UUID, PersonFacts]:
    """Read what `needs` names about each person, in at most three queries.

    `earliest` is the oldest instant that will be judged (the oldest event of a batch; default `now`): windows
    are measured back from it. Events after the instant that is judged may be in the history; they are not
    counted, but tell when time alone will change a verdict. Who is not `named` has a user id only by chance: conditions
    never ask for it.
    """
    wanted = list(set(person_ids))
    if not wanted:
        return {}
    people = _people(workspace_id, wanted) if named or needs.traits else {}
    segments = _segments(wanted) if needs.segments else {}
    history = _history(workspace_id, wanted, needs, since=min(now, earliest or now))
    return {
        person_id: PersonFacts(
            person_id=person_id,
            user_id=known[0],
            traits=known[1],
            segments=frozenset(segments.get(person_id, ())),
            history=history.get(person_id, {}),
        )
        for person_id in wanted
        for known in (people.get(person_id, _NOBODY),)
    }


def _people(workspace_id: int, person_ids: list[UUID]) -> dict[UUID, tuple[str | None, dict[str, Any]]]:
    with bulk_cursor() as cursor:
        cursor.execute(PEOPLE, [person_ids, workspace_id])
        return {ident: (user_id, msgspec.json.decode(traits)) for ident, user_id, traits in cursor.fetchall()}


def _segments(person_ids: list[UUID]) -> Mapping[UUID, set[str]]:
    found: dict[UUID, set[str]] = defaultdict(set)
    with bulk_cursor() as cursor:
        cursor.execute(SEGMENTS, [person_ids])
        for person_id, key in cursor.fetchall():
            found[person_id].add(key)
    return found


def _history(
    workspace_id: int, person_ids: list[UUID], needs: Needs, *, since: datetime
) -> Mapping[UUID, dict[str, list[EventFact]]]:
    found: dict[UUID, dict[str, list[EventFact]]] = defaultdict(dict)
    if not needs.event_names:
        return found
    names = list(needs.event_names)
    starts = [None if (window := needs.event_names[name]) is None else since - window for name in names]
    # the oldest start bounds the index scan, each name's own start the rows
    oldest = None if None in starts else min(start for start in starts if start)
    with bulk_cursor() as cursor:
        cursor.execute(HISTORY, [names, starts, person_ids, workspace_id, oldest])
        for person_id, name, at, ident, properties in cursor.fetchall():
            fact = EventFact(name=name, at=at, properties=msgspec.json.decode(properties), id=ident)
            found[person_id].setdefault(name, []).append(fact)
    return found


_NOBODY: Final[tuple[None, Mapping[str, Any]]] = (None, {})
PEOPLE: Final = """
select id, user_id, traits::text from audiences_person where id = any(%s) and workspace_id = %s
"""
SEGMENTS: Final = """
select m.person_id, s.key from audiences_membership m join audiences_segment s on s.id = m.segment_id
where m.person_id = any(%s) and m.left_at is null
"""
HISTORY: Final = """
with wanted as materialized (select * from unnest(%s::text[], %s::timestamptz[]) as w(name, start))
select e.person_id, e.name, e.event_time, e.id, e.properties::text
from audiences_event e join wanted w on w.name = e.name
where e.person_id = any(%s) and e.workspace_id = %s
and e.event_time > coalesce(%s, '-infinity'::timestamptz) and e.event_time > coalesce(w.start, '-infinity')
order by e.person_id, e.event_time, e.id
"""
