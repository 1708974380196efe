"""The Celery application: six queues, messages that are only hints, and the beat that repeats the hints."""

import os

from celery import Celery
from celery.signals import worker_process_init

from config.kit import queues
from config.kit.memory import settle_in

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("signalbox")
app.config_from_object("config.celery_settings")
app.autodiscover_tasks(
    [
        "audiences.computed",
        "audiences.imports",
        "audiences.intake",
        "audiences.people",
        "audiences.segments",
        "campaigns",
        "campaigns.actions",
        "campaigns.flows",
        "campaigns.delivery",
        "compliance.jobs",
    ]
)


@worker_process_init.connect
def _settle_in(**_given: object) -> None:
    settle_in()


__all__ = ["app", "queues"]
