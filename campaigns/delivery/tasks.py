"""The doors through which Celery reaches delivery: hints, for the rows say what is to be done."""

from celery import shared_task

from campaigns.delivery.drain import drain
from campaigns.delivery.recovery import recover
from config.kit import clock, queues

BUDGET = 10.0


# The limit exceeds budget + SEND_LEASE, so that it never cuts a send short that would still be settled.
@shared_task(name=queues.DRAIN_DELIVERIES, acks_late=True, ignore_result=True, time_limit=150)
def drain_deliveries() -> None:
    """Send what is due."""
    drain(clock.now(), budget=BUDGET, tick=clock.now)


@shared_task(name=queues.RECOVER_DELIVERIES, acks_late=True, ignore_result=True)
def recover_deliveries() -> None:
    """Look after leases that ended."""
    recover(clock.now())
