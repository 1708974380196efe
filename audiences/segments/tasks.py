"""The door through which Celery asks for a sweep."""

from celery import shared_task

from audiences.segments import heads
from audiences.segments.sweeping import sweep
from config.kit import clock, queues


@shared_task(name=queues.SWEEP_SEGMENTS, acks_late=True, ignore_result=True)
def sweep_segments() -> None:
    """Let windows pass, and keep the counts of members short."""
    sweep(clock.now(), batches=50)
    heads.fold()
