"""What audiences keep of a person: read for a copy, erased on request. Compliance asks, ids only."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.db import connection

from compliance.privacy.sources import register, rows_of, run_all

MERGED: Final = """
with recursive merged(id) as (
    select %(person)s::uuid union select m.loser_id from audiences_personmerge m join merged on m.winner_id = merged.id
)
select array_agg(id) from merged
"""
"""The person and everybody who went into them."""
SECTIONS: Final = {
    "person": "select id, user_id, traits, first_seen, last_seen from audiences_person where id = any(%(people)s)",
    "identifiers": "select kind, value, created_at from audiences_identity where person_id = any(%(people)s)",
    "traits": "select name, at, value, source from audiences_traitchange where person_id = any(%(people)s) order by at",
    "segments": """
        select s.key, s.name, m.entered_at, m.left_at from audiences_membership m
        join audiences_segment s on s.id = m.segment_id where m.person_id = any(%(people)s) order by m.entered_at""",
    "notes": "select text, author, at from audiences_note where person_id = any(%(people)s) order by id",
    "merges": """
        select loser_id, winner_id, at, cause, reason from audiences_personmerge where winner_id = any(%(people)s)""",
    "events": """
        select id, name, event_time, user_id, anonymous_id, properties, context from audiences_event
        where person_id = any(%(people)s) and workspace_id = %(workspace_id)s order by event_time""",
}
ERASED: Final = (
    "delete from audiences_event where person_id = any(%(people)s) and workspace_id = %(workspace_id)s",
    "delete from audiences_identityclaim where claimant_id = any(%(people)s) or subject in (select subject"
    " from audiences_identity where person_id = any(%(people)s))",
    "delete from audiences_personmerge where winner_id = any(%(people)s) or loser_id = any(%(people)s)",
    *(
        f"delete from audiences_{table} where person_id = any(%(people)s)"  # noqa: S608 - constants
        for table in (
            *("eventcount", "traitchange", "identity", "membership", "recheck", "removal"),
            *("computeddue", "findable", "note"),
        )
    ),
    "delete from audiences_person where id = any(%(people)s) and workspace_id = %(workspace_id)s",
)


LOCK: Final = "select 1 from audiences_person where id = any(%(people)s) order by id for update"


def ids_of(person_id: UUID) -> list[UUID]:
    """Return the ids under which a person is and was known."""
    with connection.cursor() as cursor:
        cursor.execute(MERGED, {"person": person_id})
        return list(cursor.fetchone()[0])


def read(workspace_id: int, person_id: UUID) -> Iterator[tuple[str, Any]]:
    """Yield what is kept, section by section."""
    return rows_of(SECTIONS, {"people": ids_of(person_id), "workspace_id": workspace_id})


def erase(workspace_id: int, person_id: UUID) -> int:
    """Erase everything; an event that comes later makes a new person."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, {"people": ids_of(person_id)})
    return run_all(ERASED, {"people": ids_of(person_id), "workspace_id": workspace_id})


register("audiences", read=read, erase=erase)
