"""Judges everybody by a new version: at once where there are few people, else in a job that can be watched."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from audiences.segments.filling import fill
from audiences.segments.models import Segment
from audiences.segments.recomputing import recompute
from compliance.jobs import find_job, start
from compliance.jobs.models import Job
from config.kit.actors import Actor

IMMEDIATE: Final = 20_000
"""Up to so many people are judged within the request that defines the segment: it takes a moment."""

KIND: Final = "segments.compute"
RUNNING: Final = (Job.State.QUEUED, Job.State.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Computing:
    """How far a segment is: `ready`, `computing` with a percentage, or `incomplete` after a job that broke off."""

    state: str
    percent: int = 100
    job_id: UUID | None = None


def how_far(segment: Segment) -> Computing:
    """Return whether everybody has been judged by the live version, and if not, how far that is."""
    if segment.current:
        return Computing(state="ready")
    job = find_job(segment.workspace_id, segment.job_id) if segment.job_id else None
    if job is None or job.state not in RUNNING:
        return Computing(state="incomplete", percent=0, job_id=segment.job_id)
    percent = min(99, job.done * 100 // job.total) if job.total else 0
    return Computing(state="computing", percent=percent, job_id=job.pk)


def bring_up_to_date(segment: Segment, *, actor: Actor, now: datetime) -> None:
    """Judge everybody by the live version, now or in a job. A static segment is filled by its first version only."""
    if not _has_to_be_computed(segment):
        finish(segment)
    elif _are_few(segment.workspace_id):
        compute_now(segment, now=now)
        finish(segment)
    else:
        recompute_in_job(segment, actor=actor, now=now)


@transaction.atomic
def recompute_in_job(segment: Segment, *, actor: Actor, now: datetime) -> UUID:
    """Start the job that judges everybody by the live version; return its id."""
    arguments = {"segment": segment.pk, "version": segment.live_id}
    title = segment.name
    job = start(KIND, workspace_id=segment.workspace_id, title=title, arguments=arguments, actor=actor, now=now)
    Segment.objects.filter(pk=segment.pk).update(job_id=job.pk)
    segment.job_id = job.pk
    return job.pk


def compute_now(segment: Segment, *, now: datetime) -> None:
    """Judge everybody in the caller's transaction."""
    if segment.kind == "dynamic":
        recompute(segment.workspace_id, segment.pk, now=now)
    else:
        fill(segment, now=now)


def finish(segment: Segment) -> None:
    """Note that everybody has been judged by this version, unless another one is live by now."""
    Segment.objects.filter(pk=segment.pk, live_id=segment.live_id).update(computed_id=segment.live_id, job_id=None)
    segment.computed_id, segment.job_id = segment.live_id, None


def _has_to_be_computed(segment: Segment) -> bool:
    if segment.live is None or "where" not in segment.live.definition:
        return False
    return segment.kind != "static" or segment.live.number == 1


def _are_few(workspace_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(FEW, [workspace_id, IMMEDIATE + 1])
        return bool(cursor.fetchone()[0] <= IMMEDIATE)


FEW: Final = """
select count(*) from (
    select from audiences_person where workspace_id = %s and merged_into is null limit %s) as few
"""
