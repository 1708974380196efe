"""The door for the hourly upkeep of imports."""

import logging

from celery import shared_task

from audiences.imports.upkeep import forget_refused_rows
from config.kit import clock
from config.kit.queues import FORGET_REFUSED

log = logging.getLogger(__name__)


@shared_task(name=FORGET_REFUSED, acks_late=True, ignore_result=True, time_limit=600)
def forget_refused() -> None:
    """Delete refused rows whose time is over."""
    if forgotten := forget_refused_rows(now=clock.now()):
        log.info("forgot %d refused rows of imports", forgotten)
