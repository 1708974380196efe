"""What the states of jobs are called, and how far a job is, in figures that people read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from compliance.jobs.kinds import find_kind
from compliance.jobs.models import Job
from config.kit.labels import Label

STATES: Final = {
    Job.State.QUEUED: Label("", "hourglass", _("waiting")),
    Job.State.RUNNING: Label("info", "activity", _("running")),
    Job.State.DONE: Label("ok", "circle-check", _("done")),
    Job.State.FAILED: Label("bad", "circle-x", _("failed")),
    Job.State.CANCELLED: Label("warn", "circle-slash", _("cancelled")),
}
CANCELLING: Final = Label("warn", "hourglass", _("being cancelled"))
ENOUGH_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a job is. `rate` is rows per second of this attempt, `left` the seconds that the rest takes at it."""

    label: Label
    kind: str | Promise
    ended: bool
    cancelling: bool
    percent: int | None
    rate: float | None
    left: float | None
    seconds: float | None
    file: dict[str, Any] | None


def progress(job: Job, *, now: datetime) -> Progress:
    """Work out a job's figures as of `now`."""
    until = job.ended_at or now
    kind = find_kind(job.kind)
    cancelling = job.state == Job.State.RUNNING and job.cancel_asked_at is not None
    rate = _rate(job, until)
    left = (job.total - job.done) / rate if rate and job.total and job.state == Job.State.RUNNING else None
    return Progress(
        label=job_label(job),
        kind=kind.text if kind else job.kind,
        ended=job.ended_at is not None,
        cancelling=cancelling,
        percent=min(100, 100 * job.done // job.total) if job.total else None,
        rate=rate,
        left=max(0.0, left) if left is not None else None,
        seconds=(until - job.started_at).total_seconds() if job.started_at else None,
        file=job.result.get("file"),
    )


def _rate(job: Job, until: datetime) -> float | None:
    if job.taken_at is None or job.done <= job.begun:
        return None
    seconds = (until - job.taken_at).total_seconds()
    return (job.done - job.begun) / seconds if seconds >= ENOUGH_SECONDS else None


def job_label(job: Job) -> Label:
    """Return the state of a job as people see it."""
    is_cancelling = job.state == Job.State.RUNNING and job.cancel_asked_at is not None
    return CANCELLING if is_cancelling else STATES[Job.State(job.state)]
