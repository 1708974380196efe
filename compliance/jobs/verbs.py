"""What can be done with jobs: start one, cancel it, find it again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import get_language

from compliance import audit
from compliance.jobs import statements
from compliance.jobs.kinds import find_kind
from compliance.jobs.models import Job
from config.kit.actors import Actor
from config.kit.errors import Conflict
from config.kit.ids import uuid7
from config.kit.nudge import nudge
from config.kit.phrases import phrase
from config.kit.queues import RUN_JOBS


def start(
    kind: str, *, workspace_id: int, title: str, arguments: Mapping[str, Any], actor: Actor, now: datetime
) -> Job:
    """Queue a job; what its kind says while it runs is said in the language that is active now."""
    if find_kind(kind) is None:
        raise LookupError(f"no room has registered jobs of the kind {kind!r}")
    with transaction.atomic():
        job = Job.objects.create(
            id=uuid7(at_ms=int(now.timestamp() * 1000)),
            workspace_id=workspace_id,
            kind=kind,
            title=title[:200],
            arguments=dict(arguments),
            language=get_language() or "en",
            actor_kind=actor.kind.value,
            actor_id=actor.id,
            actor=actor.name[:200],
            created_at=now,
            due_at=now,
        )
        _record("job.queued", job.pk, workspace_id=workspace_id, payload={"kind": kind}, actor=actor, at=now)
        nudge(RUN_JOBS)
    return job


def cancel(workspace_id: int, job_id: UUID, *, actor: Actor, now: datetime) -> None:
    """End a job: a waiting one at once, a running one at its next step. `Conflict` if it has ended already."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statements.CANCEL, {"id": job_id, "workspace_id": workspace_id, "now": now})
        row = cursor.fetchone()
        if row is None:
            raise Conflict(phrase("The job has ended already."))
        state, kind = row
        action = "job.cancelled" if state == Job.State.CANCELLED else "job.cancel_asked"
        _record(action, job_id, workspace_id=workspace_id, payload={"kind": kind}, actor=actor, at=now)


def jobs(workspace_id: int, *, kind: str = "", state: str = "") -> QuerySet[Job]:
    """Return a workspace's jobs; order and bounds are the caller's."""
    wanted = {name: value for name, value in (("kind", kind), ("state", state)) if value}
    return Job.objects.filter(workspace_id=workspace_id, **wanted)


def find_job(workspace_id: int, job_id: UUID) -> Job | None:
    """Return the job, if it is the workspace's."""
    return jobs(workspace_id).filter(pk=job_id).first()


def _record(
    action: str, job_id: UUID, *, workspace_id: int, payload: Mapping[str, Any], actor: Actor, at: datetime
) -> None:
    audit.record(
        action, workspace_id=workspace_id, object_kind="job", object_id=job_id, payload=payload, actor=actor, at=at
    )
