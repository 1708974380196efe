"""The door for the daily upkeep of what is known of people."""

import logging

from celery import shared_task

from audiences.people import history
from config.kit import clock
from config.kit.queues import THIN_HISTORY

log = logging.getLogger(__name__)


@shared_task(name=THIN_HISTORY, acks_late=True, ignore_result=True, time_limit=600)
def thin_trait_history() -> None:
    if dropped := history.thin(clock.now()):
        log.info("dropped %d words about traits that only repeated others", dropped)
