"""Unites two people who turned out to be one: rows of the loser become rows of the winner, audited and explained."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from audiences.people.claims import close_claims
from audiences.people.models import PersonMerge
from audiences.people.profiles import Profile
from audiences.people.signals import people_merged
from compliance import audit
from compliance.consent.consents import merge_consents


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why two people are one: an event that named both (`kind` is the identifier that it shared), or an operator."""

    event_id: uuid.UUID | None = None
    kind: str = ""
    actor: str = ""
    reason: str = ""

    @property
    def word(self) -> str:
        return PersonMerge.Cause.EVENT if self.event_id else PersonMerge.Cause.OPERATOR


def merge(workspace_id: int, *, loser: Profile, winner: Profile, cause: Cause, now: datetime) -> set[str]:
    """Move all that belongs to `loser` (both are locked); return the names of the events that moved."""
    before = dict(winner.traits)
    winner.unite(loser)
    given: dict[str, Any] = {"loser": loser.id, "winner": winner.id, "now": now}
    moved: dict[str, Any] = {"traits": sorted(n for n, v in winner.traits.items() if before.get(n) != v)}
    with connection.cursor() as cursor:
        for word, statement in MOVES.items():
            cursor.execute(statement, given)
            moved[word] = cursor.rowcount
        for statement in (LEFT, RECHECKS, SAID_TWICE, HISTORY):
            cursor.execute(statement, given)
        cursor.execute(COUNTERS, given)
        names = {name for (name,) in cursor.fetchall()}
        cursor.execute(PERSON, given)
    close_claims(loser_id=loser.id, winner_id=winner.id, now=now)
    merge_consents(workspace_id, into=winner.id, person_id=loser.id, now=now)
    what = PersonMerge(
        workspace_id=workspace_id,
        loser_id=loser.id,
        winner_id=winner.id,
        at=now,
        moved=moved | {"names": sorted(names)},
    )
    _record(what, cause)
    people_merged.send(sender=None, workspace_id=workspace_id, loser_id=loser.id, winner_id=winner.id, now=now)
    return names


def _record(what: PersonMerge, cause: Cause) -> None:
    what.cause, what.event_id, what.kind = cause.word, cause.event_id, cause.kind
    what.actor, what.reason = cause.actor[:200], cause.reason[:500]
    what.save(force_insert=True)
    payload = {"winner": what.winner_id, "cause": cause.event_id or cause.reason, "by": cause.kind, **what.moved}
    audit.record(
        "person.merged",
        workspace_id=what.workspace_id,
        object_kind="person",
        object_id=what.loser_id,
        person_id=what.winner_id,
        payload=payload,
        at=what.at,
    )


MOVES = {
    "events": "update audiences_event set person_id = %(winner)s where person_id = %(loser)s",
    "identifiers": "update audiences_identity set person_id = %(winner)s where person_id = %(loser)s",
    "memberships": """
update audiences_membership m set person_id = %(winner)s
where person_id = %(loser)s and (left_at is not null or not exists (
    select from audiences_membership w
    where w.segment_id = m.segment_id and w.person_id = %(winner)s and w.left_at is null))
""",
}
LEFT = "update audiences_membership set left_at = %(now)s where person_id = %(loser)s and left_at is null"
RECHECKS = "delete from audiences_recheck where person_id = %(loser)s"
# what both said of one instant: the winner's own word stands, as in the profile
SAID_TWICE = """
delete from audiences_traitchange h where person_id = %(loser)s and exists (
    select from audiences_traitchange w where w.person_id = %(winner)s and w.name = h.name and w.at = h.at)
"""
HISTORY = "update audiences_traitchange set person_id = %(winner)s where person_id = %(loser)s"
COUNTERS = """
with gone as (
    delete from audiences_eventcount where person_id = %(loser)s
    returning name, workspace_id, n, first_at, last_at
)
insert into audiences_eventcount as w (person_id, name, workspace_id, n, first_at, last_at)
select %(winner)s, name, workspace_id, n, first_at, last_at from gone order by name
on conflict (person_id, name) do update
set n = w.n + excluded.n, first_at = least(w.first_at, excluded.first_at),
    last_at = greatest(w.last_at, excluded.last_at)
returning name
"""
PERSON = """
update audiences_person set merged_into = %(winner)s, traits = '{}', trait_times = '{}' where id = %(loser)s
"""
