"""The doors for the hourly upkeep of the event tables."""

import logging

from celery import shared_task

from audiences.intake import retention
from config.kit import clock
from config.kit.queues import FORGET_KEYS, MAKE_PARTITIONS

log = logging.getLogger(__name__)


@shared_task(name=MAKE_PARTITIONS, acks_late=True, ignore_result=True)
def make_partitions() -> None:
    made = retention.make_partitions(now=clock.now())
    if made:
        log.info("made the event partitions of %s", ", ".join(f"{month:%Y-%m}" for month in made))


@shared_task(name=FORGET_KEYS, acks_late=True, ignore_result=True, time_limit=600)
def forget_event_keys() -> None:
    keys, refusals = retention.forget_keys(now=clock.now()), retention.forget_refusals(now=clock.now())
    if keys or refusals:
        log.info("forgot %d event keys and %d refusals", keys, refusals)
