"""What audiences keep of a person: read for a copy, erased on request. Compliance asks, ids only."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from audiences.imports.models import RefusedRow
from audiences.intake.models import Refusal
from compliance.privacy.names import Names
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


CALLED: Final = """
select unnest(%(people)s)::text
union select user_id from audiences_person where id = any(%(people)s)
union select value from audiences_identity where person_id = any(%(people)s)
union select value from audiences_identityclaim where claimant_id = any(%(people)s)
union select anonymous_id from audiences_event
      where person_id = any(%(people)s) and workspace_id = %(workspace_id)s
union select t.value from audiences_person p, jsonb_each_text(p.traits) t
      where p.id = any(%(people)s) and t.key = any(%(telling)s)
union select value #>> '{}' from audiences_traitchange
      where person_id = any(%(people)s) and name = any(%(telling)s)
"""
TELLING: Final = ["email", "phone"]
"""Traits that are an address of one person alone."""


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


def called(workspace_id: int, person_id: UUID) -> list[str | None]:
    """Return what a person is and was called: ids, addresses, numbers."""
    given: dict[str, Any] = {"people": ids_of(person_id), "workspace_id": workspace_id, "telling": TELLING}
    with connection.cursor() as cursor:
        cursor.execute(CALLED, given)
        return [text for (text,) in cursor.fetchall()]


def forget(workspace_id: int, names: Names) -> int:
    """Delete what was refused and names the person: rows of files, and items of requests."""
    rows = RefusedRow.objects.filter(workspace_id=workspace_id).values_list("pk", "cells", "value", "expected")
    items = Refusal.objects.filter(workspace_id=workspace_id).values_list("pk", "message_id", "message")
    gone = RefusedRow.objects.filter(pk__in=_naming(rows, names)).delete()[0]
    return gone + Refusal.objects.filter(pk__in=_naming(items, names)).delete()[0]


def _naming(rows: QuerySet[Any, tuple[Any, ...]], names: Names) -> list[int]:
    return [key for key, *told in rows.iterator(chunk_size=2_000) if names.taken_out_of(told) != told]


register("audiences", read=read, erase=erase, called=called, forget=forget)
