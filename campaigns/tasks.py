"""The tasks of campaigns that belong to no single room: doors with one call behind them."""

from celery import shared_task

from campaigns.triggers import drain_intake
from config.kit import queues
from config.kit.nudge import nudge


@shared_task(name=queues.DRAIN_INTAKE, acks_late=True, ignore_result=True, time_limit=60)
def drain_intake_task() -> None:
    """Process waiting events for some seconds; hint again if more wait."""
    if drain_intake(budget_s=5.0).more:
        nudge(queues.DRAIN_INTAKE)
