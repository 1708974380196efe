"""Requests for a person's data or its erasure."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class PrivacyRequest(models.Model):
    """Somebody asked for a copy of a person's data, or for its erasure; a second member decides (four eyes).

    `maker_id` and `decider_id` are user ids. The row outlives the person and holds nothing but their id.
    """

    class Kind(models.TextChoices):
        EXPORT = "export", _("copy of the data")
        ERASURE = "erasure", _("erasure")

    class State(models.TextChoices):
        OPEN = "open", _("waits for a second member")
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("rejected")

    workspace_id = models.IntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    person_id = models.UUIDField()
    reason = models.CharField(max_length=500)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    maker_id = models.CharField(max_length=100)
    maker = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    decider = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    said = models.CharField(max_length=500, blank=True)
    job_id = models.UUIDField(null=True)

    class Meta:
        constraints: ClassVar = [
            # one open request of a kind per person; also finds it
            models.UniqueConstraint(
                fields=["workspace_id", "person_id", "kind"],
                condition=models.Q(state="open"),
                name="privacy_request_open_once",
            )
        ]
        indexes: ClassVar = [
            # the queue, newest first
            models.Index(fields=["workspace_id", "state", "-id"], name="privacy_request_queue")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.person_id}"
