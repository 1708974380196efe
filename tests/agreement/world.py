"""Puts generated people into the database, and reads them back the way the product does."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from audiences.conditions import Condition, Needs
from audiences.facts.reader import PersonFacts, load
from audiences.people import history, identities
from audiences.people.history import Word
from audiences.people.merge import Cause, merge
from audiences.segments.models import Membership, Segment
from compliance.consent.consents import GRANTED, WITHDRAWN, Change, store
from config.kit.ids import uuid7_run
from tests.agreement.strategies import CONSENTS, NOW, SEGMENTS, Someone

PERSON = """
insert into audiences_person (id, workspace_id, traits, trait_times, first_seen, last_seen)
select i, %s, t, '{}', f, f from jsonb_to_recordset(%s::jsonb) as g(i uuid, t jsonb, f timestamptz)
"""
TALLIES = """
insert into audiences_eventcount (person_id, name, workspace_id, n, first_at, last_at)
select person_id, name, workspace_id, count(*), min(event_time), max(event_time) from audiences_event
where workspace_id = %s group by 1, 2, 3
"""
EVENT = """
insert into audiences_event (id, person_id, event_time, workspace_id, kind, name, properties)
select i, p, t, %s, 1, n, r from jsonb_to_recordset(%s::jsonb) as g(i uuid, p uuid, t timestamptz, n text, r jsonb)
"""


def settle(workspace_id: int, people: Sequence[Someone], *, now: datetime = NOW) -> tuple[list[UUID], list[UUID]]:
    """Store the people with their past; return their ids and those of their events."""
    ids = list(uuid7_run(len(people)))
    past = [(owner, one) for owner, someone in zip(ids, people, strict=True) for one in someone.happenings]
    event_ids = list(uuid7_run(len(past))) if past else []
    with connection.cursor() as cursor:
        rows = [
            {"i": str(i), "t": someone.traits, "f": someone.since.isoformat()}
            for i, someone in zip(ids, people, strict=True)
        ]
        cursor.execute(PERSON, [workspace_id, json.dumps(rows)])
        events = [
            {"i": str(i), "p": str(owner), "t": one.at.isoformat(), "n": one.name, "r": one.properties}
            for i, (owner, one) in zip(event_ids, past, strict=True)
        ]
        cursor.execute(EVENT, [workspace_id, json.dumps(events)])
        cursor.execute(TALLIES, [workspace_id])
    _join(workspace_id, ids, people, now)
    words = [Word(i, *word, "test") for i, someone in zip(ids, people, strict=True) for word in someone.told]
    history.record(workspace_id, words)
    store(workspace_id, list(_decisions(ids, people, now)), now=now)
    return ids, event_ids


def unite(workspace_id: int, ids: Sequence[UUID], *, now: datetime) -> None:
    """Merge each second of the people into the one before, as the product does."""
    for winner_id, loser_id in zip(ids[::2], ids[1::2], strict=True):
        profiles, _ = identities.lock([winner_id, loser_id])
        winner = profiles[winner_id]
        merge(workspace_id, loser=profiles[loser_id], winner=winner, cause=Cause(reason="test"), now=now)
        identities.write([winner])


def _decisions(ids: Sequence[UUID], people: Sequence[Someone], now: datetime) -> Iterator[Change]:
    for i, someone in zip(ids, people, strict=True):
        for channel, purpose in CONSENTS[:2]:
            state = GRANTED if (channel, purpose) in someone.granted else WITHDRAWN
            yield Change(person_id=i, channel=channel, purpose=purpose, state=state, source="test", changed_at=now)


def _join(workspace_id: int, ids: Sequence[UUID], people: Sequence[Someone], now: datetime) -> None:
    segments = {
        key: Segment.objects.create(workspace_id=workspace_id, key=key, name=key, created_at=now, updated_at=now)
        for key in SEGMENTS
    }
    Membership.objects.bulk_create(
        Membership(segment=segments[key], workspace_id=workspace_id, person_id=i, entered_at=now)
        for i, someone in zip(ids, people, strict=True)
        for key in someone.segments
    )


def facts_of(
    workspace_id: int, ids: Sequence[UUID], conditions: Sequence[Condition], *, now: datetime = NOW
) -> dict[UUID, PersonFacts]:
    """Load what the conditions need, by the one reader."""
    total = Needs()
    for condition in conditions:
        total |= condition.needs()
    earliest = None
    with connection.cursor() as cursor:
        cursor.execute("select min(event_time) from audiences_event where person_id = any(%s)", [list(ids)])
        earliest = cursor.fetchone()[0]
    return load(workspace_id, ids, total, now=now, earliest=earliest)
