"""The Celery application: four queues, messages that are only hints, and the beat that repeats the hints."""

import os

from celery import Celery

from config.kit import queues

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("signalbox")
app.config_from_object("config.celery_settings")
app.autodiscover_tasks(
    [
        "audiences.intake",
        "audiences.segments",
        "campaigns",
        "campaigns.flows",
        "campaigns.delivery",
    ]
)
__all__ = ["app", "queues"]
