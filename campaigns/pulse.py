"""Signs of life of the workers: each queue's latest, left by a task that nobody but the beat sends."""

from datetime import datetime, timedelta
from typing import Final

from django.db import models

SILENT: Final = timedelta(seconds=60)


class Pulse(models.Model):
    """When a worker of this queue was last heard of."""

    queue = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.queue} {self.at}"


def beat(queue: str, *, now: datetime) -> None:
    """Note that a worker of the queue lives."""
    Pulse.objects.update_or_create(queue=queue, defaults={"at": now})


def silent(now: datetime) -> dict[str, datetime]:
    """Return the queues that were heard of before and are not any more, with the instant of their last sign."""
    return dict(Pulse.objects.filter(at__lt=now - SILENT).order_by("queue").values_list("queue", "at"))


def is_any_alive(now: datetime) -> bool:
    """Whether a worker of any queue was heard of lately."""
    return Pulse.objects.filter(at__gte=now - SILENT).exists()
