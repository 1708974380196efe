"""The verbs of the trail: record one entry or many in one statement, and read them back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.conf import settings
from django.db.models import QuerySet

from compliance.audit.models import AuditEntry
from config.kit.actors import Actor, current_actor
from config.kit.bulk import bulk_cursor

INSERT: Final = """
insert into compliance_auditentry
    (workspace_id, at, actor_kind, actor, action, object_kind, object_id, person_id, payload, request_id)
select workspace_id, %(at)s, actor_kind, actor, action, object_kind, object_id, person_id, payload, request_id
from jsonb_to_recordset(%(entries)s::jsonb) as entry(
    workspace_id int, actor_kind text, actor text, action text, object_kind text, object_id text,
    person_id uuid, payload jsonb, request_id text)
"""

INSERT_FROM: Final = """
insert into compliance_auditentry
    (workspace_id, at, actor_kind, actor, action, object_kind, object_id, person_id, payload, request_id)
select workspace_id, %(audit_at)s, %(audit_kind)s, %(audit_actor)s, action, object_kind, object_id, person_id,
    payload, %(audit_request)s
from {source} where action is not null {wanted}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing to record. `action` reads `object.happened`; `payload` holds ids and figures, no address in clear."""

    action: str
    workspace_id: int | None
    object_kind: str
    object_id: str | int | UUID
    person_id: UUID | None = None
    payload: Mapping[str, Any] | None = None
    actor: Actor | None = None


def record(
    action: str,
    *,
    workspace_id: int | None,
    object_kind: str,
    object_id: str | int | UUID,
    at: datetime,
    person_id: UUID | None = None,
    payload: Mapping[str, Any] | None = None,
    actor: Actor | None = None,
) -> None:
    """Record one entry; call it inside the transaction of the change, so that neither stands without the other."""
    entry = Entry(
        action=action,
        workspace_id=workspace_id,
        object_kind=object_kind,
        object_id=object_id,
        person_id=person_id,
        payload=payload,
        actor=actor,
    )
    record_many([entry], at=at)


def record_many(entries: Sequence[Entry], *, at: datetime) -> None:
    """Record many entries in one statement. An entry without an actor is the current one's."""
    if not entries or not getattr(settings, "AUDIT_ENABLED", True):
        return
    current = current_actor()
    rows = msgspec.json.encode([_row(entry, entry.actor or current) for entry in entries]).decode()
    with bulk_cursor() as cursor:
        cursor.execute(INSERT, {"at": at, "entries": rows})


def insert_from(source: str) -> str:
    """Return the statement that records the rows of `source`, as a part of the statement that made them.

    Hot paths use it to change and record in one round trip. The rows have workspace_id, action, object_kind,
    object_id, person_id and payload; the whole statement is given the parameters of `signature`.
    """
    wanted = "" if getattr(settings, "AUDIT_ENABLED", True) else "and false"
    return INSERT_FROM.format(source=source, wanted=wanted)


def signature(*, at: datetime) -> dict[str, Any]:
    """Return the parameters of `insert_from`: who does it, and when."""
    actor = current_actor()
    return {
        "audit_at": at,
        "audit_kind": actor.kind.value,
        "audit_actor": actor.name[:200],
        "audit_request": actor.request_id,
    }


def entries(workspace_id: int, **filters: Any) -> QuerySet[AuditEntry]:
    """Return the workspace's entries, newest first; `filters` are those of the Django ORM."""
    return AuditEntry.objects.filter(workspace_id=workspace_id, **filters).order_by("-id")


def _row(entry: Entry, actor: Actor) -> dict[str, Any]:
    return {
        "workspace_id": entry.workspace_id,
        "actor_kind": actor.kind.value,
        "actor": actor.name[:200],
        "action": entry.action,
        "object_kind": entry.object_kind,
        "object_id": str(entry.object_id),
        "person_id": entry.person_id,
        "payload": entry.payload or {},
        "request_id": actor.request_id,
    }
