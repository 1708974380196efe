"""Copies of a person's data that belong to nobody: files that went in or came out, and what jobs keep of their work."""

from contextlib import suppress
from typing import Any, Final

from compliance import jobs
from compliance.jobs.models import Job
from compliance.privacy.names import Names

TOLD: Final = ("arguments", "result", "checkpoint", "title", "said", "problem")
"""What a job keeps, and what may name somebody."""


def forget_files(work: jobs.Work, called: Names) -> int:
    """Delete the files in which the person stands, whole: others can be made or uploaded again. Return how many."""
    gone = 0
    for file in jobs.stored_files(work.workspace_id):
        with suppress(FileNotFoundError), jobs.open_file(file) as opened:  # it may expire while it is read
            if called.stand_in_file(opened):
                jobs.forget_file(work.workspace_id, file.id)
                gone += 1
        work.advance(0)
    return gone


def forget_in_jobs(work: jobs.Work, called: Names) -> int:
    """Take the person out of what jobs that have ended keep; the trail still tells what they did. Return how many."""
    gone = 0
    for job in Job.objects.filter(workspace_id=work.workspace_id, ended_at__isnull=False).iterator(chunk_size=500):
        before: dict[str, Any] = {name: getattr(job, name) for name in TOLD}
        after = called.taken_out_of(before)
        if after != before:
            Job.objects.filter(pk=job.pk).update(**after)
            gone += 1
    return gone
