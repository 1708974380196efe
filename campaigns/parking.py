"""Events that could not be processed, set aside with the reason, and how far each partition's drain has got."""

from datetime import datetime
from typing import Any, ClassVar

from django.db import models, transaction

from audiences.intake import EventRow
from audiences.intake.waiting import requeue
from compliance.audit import record
from config.kit.actors import Actor
from config.kit.errors import Conflict
from config.kit.phrases import phrase


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
            models.Index(fields=["workspace_id", "-id"], name="parked_newest"),
            # how many were parked lately
            models.Index(fields=["parked_at"], name="parked_lately"),
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


def park(event: EventRow, *, reason: str, detail: str, now: datetime) -> None:
    """Set an event aside, in the transaction that takes it out of the queue."""
    fresh = ParkedEvent(
        workspace_id=event.workspace_id,
        event_id=event.id,
        person_id=event.person_id,
        reason=reason[:60],
        detail=detail,
        parked_at=now,
    )
    ParkedEvent.objects.bulk_create([fresh], ignore_conflicts=True)
    _note("event.parked", fresh, at=now, payload={"reason": fresh.reason})


def parked_since(instant: datetime) -> int:
    """Return how many events were set aside since `instant`, in all workspaces."""
    return ParkedEvent.objects.filter(parked_at__gt=instant).count()


def parked(workspace_id: int) -> models.QuerySet[ParkedEvent]:
    """Return the events that are set aside, newest first."""
    return ParkedEvent.objects.filter(workspace_id=workspace_id, replayed_at__isnull=True).order_by("-id")


@transaction.atomic
def replay(workspace_id: int, parked_id: int, *, actor: Actor, now: datetime) -> ParkedEvent:
    """Have a parked event processed once more; if it fails again it is parked again."""
    found = ParkedEvent.objects.select_for_update().filter(workspace_id=workspace_id, pk=parked_id).first()
    if found is None:
        raise LookupError(f"no parked event {parked_id}")
    if found.replayed_at is not None:
        at = f"{found.replayed_at:%Y-%m-%dT%H:%M:%SZ}"
        raise Conflict(phrase("event %(id)s was replayed at %(at)s already", id=found.event_id, at=at))
    found.replayed_at = now
    found.save(update_fields=["replayed_at"])
    requeue(workspace_id, found.person_id, [found.event_id])
    _note("event.replayed", found, at=now, actor=actor)
    return found


def _note(action: str, about: ParkedEvent, *, at: datetime, actor: Actor | None = None, payload: Any = None) -> None:
    record(
        action,
        workspace_id=about.workspace_id,
        object_kind="event",
        object_id=about.event_id,
        person_id=about.person_id,
        payload=payload,
        actor=actor,
        at=at,
    )


def parked_events(workspace_id: int) -> models.QuerySet[ParkedEvent]:
    """Return the workspace's parked events, also those replayed since; order and bounds are the caller's."""
    return ParkedEvent.objects.filter(workspace_id=workspace_id)
