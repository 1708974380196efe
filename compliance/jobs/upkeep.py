"""Forgets in time: files after days, jobs that ended long ago after months (the trail keeps what they did)."""

from datetime import datetime, timedelta
from typing import Final

from compliance.jobs.files import forget_expired
from compliance.jobs.models import Job

KEEP_JOBS: Final = timedelta(days=180)


def forget(*, now: datetime) -> tuple[int, int]:
    """Delete what is past its time; return how many files and jobs."""
    files = forget_expired(now=now)
    jobs, _ = Job.objects.filter(ended_at__lte=now - KEEP_JOBS).delete()
    return files, jobs
