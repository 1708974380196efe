"""The doors through which Celery lets computed traits follow the time."""

from celery import shared_task

from audiences.computed import filling
from audiences.computed.definitions import fill, with_scores
from config.kit import clock, queues
from config.kit.actors import SYSTEM


@shared_task(name=queues.SWEEP_COMPUTED, acks_late=True, ignore_result=True)
def sweep_computed() -> None:
    """Work out what windows that passed have changed."""
    filling.sweep(clock.now(), batches=50)


@shared_task(name=queues.DRAW_BANDS, acks_late=True, ignore_result=True)
def draw_bands() -> None:
    """Once a day draw the bands of scores anew, for the people have changed."""
    for workspace_id, key in with_scores():
        fill(workspace_id, key, actor=SYSTEM, now=clock.now())
