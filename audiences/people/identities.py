"""Who owns an identifier: reads, creates and locks the rows, whatever rivals do meanwhile."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from django.db import OperationalError

from audiences.people.profiles import Profile
from audiences.people.subjects import USER, Subject
from config.kit.bulk import bulk_cursor

Owners = dict[uuid.UUID, uuid.UUID]
"""From a subject's id to the id of the person who owns it."""

ATTEMPTS: Final = 5


class NewSubject(msgspec.Struct, frozen=True):
    """An identifier that was never seen: `p` is its person, who is created too if nobody has that id."""

    s: uuid.UUID
    k: str
    v: str
    p: uuid.UUID
    u: str | None
    f: datetime
    l: datetime  # noqa: E741 - f and l: first and last seen


def owners_of(subject_ids: Iterable[uuid.UUID]) -> Owners:
    """Return the owners of those of the subjects that are known."""
    with bulk_cursor() as cursor:
        cursor.execute("select subject, person_id from audiences_identity where subject = any(%s)", [list(subject_ids)])
        return dict(cursor.fetchall())


def create(workspace_id: int, new: Sequence[NewSubject], *, now: datetime) -> tuple[Owners, dict[uuid.UUID, Profile]]:
    """Store new identifiers and their people; those that a rival has stored meanwhile are left as they are.

    Return the owners of all of them, and the people who are new: unseen by anybody else, so as good as locked.
    """
    with bulk_cursor() as cursor:
        cursor.execute(CREATE, [msgspec.json.encode(new).decode(), workspace_id, now, workspace_id])
        stored = dict(cursor.fetchall())
    owners = {item.s: item.p for item in new if item.s in stored}
    if missed := [item.s for item in new if item.s not in stored]:
        owners |= owners_of(missed)
    return owners, {item.p: _newborn(item) for item in new if stored.get(item.s)}


def new_subject(item: Subject, *, owner: uuid.UUID, first: datetime, last: datetime) -> NewSubject:
    return NewSubject(item.id, item.kind, item.value, owner, item.value if item.kind == USER else None, first, last)


def lock(person_ids: Iterable[uuid.UUID]) -> tuple[dict[uuid.UUID, Profile], dict[uuid.UUID, uuid.UUID]]:
    """Lock the people, in one order for everyone; return them, and for those merged away the ones to follow."""
    with bulk_cursor() as cursor:
        cursor.execute(LOCK, [list(person_ids)])
        rows = cursor.fetchall()
    profiles = {row[0]: _profile(row) for row in rows if row[6] is None}
    return profiles, {row[0]: row[6] for row in rows if row[6] is not None}


def write(profiles: Iterable[Profile]) -> None:
    """Store what changed in the locked people."""
    rows = [
        {
            "i": profile.id,
            "t": profile.traits if profile.spoken else None,
            "m": profile.trait_times if profile.spoken else None,
            "f": profile.first_seen,
            "l": profile.last_seen,
        }
        for profile in profiles
        if profile.seen or profile.spoken
    ]
    if rows:
        with bulk_cursor() as cursor:
            cursor.execute(WRITE, [msgspec.json.encode(rows).decode()])


def unstable() -> OperationalError:
    """The refusal to go on when people keep being merged under our hands; the batch is simply tried again."""
    return OperationalError("people were merged meanwhile; try the batch again")


def _newborn(item: NewSubject) -> Profile:
    return Profile(id=item.p, user_id=item.u, traits={}, trait_times={}, first_seen=item.f, last_seen=item.l)


def _profile(row: Sequence[Any]) -> Profile:
    ident, user_id, traits, trait_times, first_seen, last_seen, _ = row
    return Profile(
        id=ident,
        user_id=user_id,
        traits=msgspec.json.decode(traits),
        trait_times=msgspec.json.decode(trait_times),
        first_seen=first_seen,
        last_seen=last_seen,
    )


CREATE: Final = """
with given as materialized (
    select * from jsonb_to_recordset(%s::jsonb) as g(
        s uuid, k text, v text, p uuid, u text, f timestamptz, l timestamptz)
), identities as (
    insert into audiences_identity (subject, workspace_id, kind, value, person_id, created_at)
    select s, %s, k, v, p, %s from given order by s
    on conflict do nothing
    returning subject
), people as (
    insert into audiences_person (id, workspace_id, user_id, traits, trait_times, first_seen, last_seen)
    select p, %s, u, '{}', '{}', f, l from given where p = s and s in (select subject from identities) order by p
    on conflict do nothing
    returning id
)
select subject, id is not null from identities left join people on id = subject
"""
LOCK: Final = """
select id, user_id, traits::text, trait_times::text, first_seen, last_seen, merged_into
from audiences_person where id = any(%s) order by id for update
"""
WRITE: Final = """
update audiences_person p
set traits = coalesce(g.t, p.traits), trait_times = coalesce(g.m, p.trait_times), first_seen = g.f, last_seen = g.l
from jsonb_to_recordset(%s::jsonb) as g(i uuid, t jsonb, m jsonb, f timestamptz, l timestamptz)
where p.id = g.i
"""
