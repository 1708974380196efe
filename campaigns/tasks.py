"""The tasks of campaigns that belong to no single room: doors with one call behind them."""

from celery import shared_task

from campaigns.flows.lateness import longest_lateness
from campaigns.pulse import beat
from campaigns.rules.steering import forget_held
from campaigns.rules.streams.upkeep import forget_streams
from campaigns.triggers import drain_intake, sweep_rules
from config.kit import clock, queues
from config.kit.nudge import nudge


@shared_task(name=queues.DRAIN_INTAKE, acks_late=True, ignore_result=True, time_limit=60)
def drain_intake_task() -> None:
    """Process waiting events for some seconds; hint again if more wait."""
    if drain_intake(budget_s=5.0).more:
        nudge(queues.DRAIN_INTAKE)


@shared_task(name=queues.SWEEP_RULES, acks_late=True, ignore_result=True, time_limit=60)
def sweep_rules_task() -> None:
    """Let rules fire whose time has come without an event."""
    sweep_rules(clock.now(), batches=20)


@shared_task(name=queues.FORGET_STREAMS, acks_late=True, ignore_result=True)
def forget_streams_task() -> None:
    """Forget what is too old for any window of a rule."""
    forget_streams(now=clock.now(), lateness=longest_lateness)


@shared_task(name=queues.FORGET_HELD, acks_late=True, ignore_result=True)
def forget_held_task() -> None:
    """Forget what was held back longer ago than anybody asks."""
    forget_held(now=clock.now())


@shared_task(name=queues.PULSE, ignore_result=True, time_limit=10)
def pulse(queue: str) -> None:
    """Leave a sign of life of one queue's workers, and of the beat that asked for it."""
    beat(queue, now=clock.now())
