"""Events that could not be processed, set aside with the reason, and how far each partition's drain has got."""

from typing import ClassVar

from django.db import models


class ParkedEvent(models.Model):
    """An event whose processing failed or killed its worker: set aside, so that the events behind it go on.

    It stays stored as an event; `replayed_at` says when an operator had it processed again.
    """

    workspace_id = models.IntegerField()
    event_id = models.UUIDField()
    person_id = models.UUIDField()
    reason = models.CharField(max_length=60)
    detail = models.TextField(blank=True)
    parked_at = models.DateTimeField()
    replayed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            # an event is parked once until it is replayed
            models.UniqueConstraint(
                fields=["event_id"], condition=models.Q(replayed_at__isnull=True), name="parked_event_once"
            )
        ]
        indexes: ClassVar = [
            # the parked events of a workspace, newest first
            models.Index(fields=["workspace_id", "-id"], name="parked_newest")
        ]

    def __str__(self) -> str:
        return f"{self.event_id}: {self.reason}"


class DrainProgress(models.Model):
    """How often the head of a partition was taken up, committed before it is processed.

    A worker that is killed inside the rule engine leaves no other trace: the count is how the next one knows.
    `size` is how many events to take at once; failures halve it, successes double it again. Up to and including
    `zone_until` the events are under suspicion: sizes do not grow, and where `interpreted` the rule engine stays out.
    """

    partition = models.SmallIntegerField(primary_key=True)
    first_id = models.UUIDField()
    attempts = models.PositiveIntegerField(default=1)
    size = models.PositiveIntegerField()
    zone_until = models.UUIDField(null=True)
    interpreted = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.partition}: {self.first_id} × {self.attempts}"
