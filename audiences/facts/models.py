"""Counters: how often, first and last, per person and event name."""

from typing import ClassVar

from django.db import models


class EventCount(models.Model):
    """How often a person did something, ever, and when first and last (event time)."""

    pk = models.CompositePrimaryKey("person_id", "name")
    person_id = models.UUIDField()
    name = models.TextField()
    workspace_id = models.IntegerField()
    n = models.BigIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            # how often everybody did one thing: segments over all people; the names that there are
            models.Index(fields=["workspace_id", "name"], name="event_count_name")
        ]

    def __str__(self) -> str:
        return f"{self.name} × {self.n}"
