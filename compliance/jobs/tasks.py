"""The doors through which Celery reaches jobs: a hint to take the next one, and the hourly upkeep."""

import logging
from typing import Final

from celery import shared_task
from celery.worker import state

from compliance.jobs.running import run_next
from compliance.jobs.upkeep import forget
from config.kit import clock
from config.kit.nudge import nudge
from config.kit.queues import FORGET_JOBS, RUN_JOBS

log = logging.getLogger(__name__)
NO_LIMIT: Final = 30 * 86_400
"""A job may take hours: its lease says when a worker is dead, its count of crashes when it is given up."""


# Acknowledged early: a hint that the broker delivers again after two minutes would find the job taken anyway.
@shared_task(name=RUN_JOBS, acks_late=False, ignore_result=True, time_limit=NO_LIMIT)
def run_jobs() -> None:
    """Run one job; if there was one there may be more."""
    if run_next(stopping=_is_stopping):
        nudge(RUN_JOBS)


def _is_stopping() -> bool:
    return state.should_stop is not None or state.should_terminate is not None


@shared_task(name=FORGET_JOBS, acks_late=True, ignore_result=True, time_limit=600)
def forget_jobs() -> None:
    """Delete files and jobs whose time is over."""
    files, jobs = forget(now=clock.now())
    if files or jobs:
        log.info("forgot %d files and %d jobs", files, jobs)
