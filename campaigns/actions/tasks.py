"""Doors of the workers that do what rules asked for."""

import time
from typing import Final

from celery import shared_task

from campaigns.actions.effects import drain_effects
from campaigns.actions.webhooks.sending import drain_webhooks
from config.kit import clock, queues

BUDGET: Final = 20.0
"""Seconds after which a task lets the next hint go on, well inside the hard time limit."""


@shared_task(name=queues.DRAIN_EFFECTS)
def drain_effects_now() -> None:
    """Turn what rules told into events."""
    end = time.monotonic() + BUDGET
    while drain_effects(clock.now()) and time.monotonic() < end:
        pass


@shared_task(name=queues.DRAIN_WEBHOOKS)
def drain_webhooks_now() -> None:
    """Call the endpoints that rules named."""
    end = time.monotonic() + BUDGET
    while drain_webhooks(clock.now()) and time.monotonic() < end:
        pass
