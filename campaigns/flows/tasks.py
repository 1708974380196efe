"""Doors of the flow workers: hints that there is something to start, or that runs may be due."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

from celery import shared_task

from campaigns.flows.advancing import advance_due
from campaigns.flows.starting import drain_actions
from config.kit import clock, queues

BUDGET: Final = 20.0
"""Seconds after which a task lets the next hint go on, well inside the hard time limit."""


@shared_task(name=queues.DRAIN_ACTIONS)
def drain_actions_now() -> None:
    """Start what asks to be started, then let go on what is due."""
    _until_none(drain_actions)


@shared_task(name=queues.ADVANCE_RUNS)
def advance_runs_now() -> None:
    """Let the runs that are due go on."""
    _until_none(advance_due)


def _until_none(work: Callable[[datetime], int]) -> None:
    end = time.monotonic() + BUDGET
    while work(clock.now()) and time.monotonic() < end:
        pass
