"""Unites two people who turned out to be one: rows of the loser become rows of the winner, audited."""

import uuid
from datetime import datetime

from django.db import connection

from audiences.people.profiles import Profile
from audiences.people.signals import people_merged
from compliance import audit
from compliance.consent.consents import merge_consents


def merge(workspace_id: int, *, loser: Profile, winner: Profile, cause: uuid.UUID, now: datetime) -> set[str]:
    """Move all that belongs to `loser` (both are locked); return the names of the events that moved."""
    winner.unite(loser)
    with connection.cursor() as cursor:
        for statement in (EVENTS, IDENTITIES, MEMBERSHIPS, LEFT, RECHECKS):
            cursor.execute(statement, {"loser": loser.id, "winner": winner.id, "now": now})
        cursor.execute(COUNTERS, {"loser": loser.id, "winner": winner.id})
        names = {name for (name,) in cursor.fetchall()}
        cursor.execute(PERSON, {"loser": loser.id, "winner": winner.id})
    merge_consents(workspace_id, into=winner.id, person_id=loser.id, now=now)
    merge_consents(workspace_id, into=winner.id, person_id=loser.id, now=now)
    audit.record(
        "person.merged",
        workspace_id=workspace_id,
        object_kind="person",
        object_id=loser.id,
        person_id=winner.id,
        payload={"winner": winner.id, "cause": cause, "events": sorted(names)},
        at=now,
    )
    people_merged.send(sender=None, workspace_id=workspace_id, loser_id=loser.id, winner_id=winner.id, now=now)
    return names


EVENTS = "update audiences_event set person_id = %(winner)s where person_id = %(loser)s"
IDENTITIES = "update audiences_identity set person_id = %(winner)s where person_id = %(loser)s"
MEMBERSHIPS = """
update audiences_membership m set person_id = %(winner)s
where person_id = %(loser)s and (left_at is not null or not exists (
    select from audiences_membership w
    where w.segment_id = m.segment_id and w.person_id = %(winner)s and w.left_at is null))
"""
LEFT = "update audiences_membership set left_at = %(now)s where person_id = %(loser)s and left_at is null"
RECHECKS = "delete from audiences_recheck where person_id = %(loser)s"
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
