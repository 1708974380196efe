"""The outbox between matches and flows: what was decided and is yet to be done."""

from typing import ClassVar

from django.db import models


class Action(models.Model):
    """Something that a match or an event asks for, written with its cause in one transaction and done once.

    `dedupe` names the cause, so that a replay of a batch adds nothing.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        DONE = "done"
        REFUSED = "refused"

    workspace_id = models.IntegerField()
    kind = models.CharField(max_length=30)
    dedupe = models.UUIDField(unique=True)
    person_id = models.UUIDField()
    event_id = models.UUIDField(null=True)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    reason = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            # what is still to be done, oldest first
            models.Index(fields=["id"], condition=models.Q(state="pending"), name="action_pending"),
            # why nothing was started for a person
            models.Index(fields=["person_id", "-id"], name="action_person"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"
