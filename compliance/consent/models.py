"""Whether a person may be contacted. Keyed by id and hashed address, so that it outlives erasure."""

from typing import ClassVar

from django.db import models


class Consent(models.Model):
    """The state of one (person, channel, purpose), with the evidence that it rests on."""

    class State(models.TextChoices):
        GRANTED = "granted"
        WITHDRAWN = "withdrawn"

    workspace_id = models.IntegerField()
    person_id = models.UUIDField()
    channel = models.CharField(max_length=20)
    purpose = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State.choices)
    source = models.CharField(max_length=100)
    evidence = models.JSONField(default=dict)
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            # the gate reads by (workspace, person)
            models.UniqueConstraint(fields=["workspace_id", "person_id", "channel", "purpose"], name="consent_once")
        ]

    def __str__(self) -> str:
        return f"{self.channel}/{self.purpose}: {self.state}"


class Suppression(models.Model):
    """An address that must not be written to, whoever owns it now; only its SHA-256 is kept."""

    workspace_id = models.IntegerField()
    channel = models.CharField(max_length=20)
    address_hash = models.BinaryField(max_length=32)
    reason = models.CharField(max_length=40)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace_id", "channel", "address_hash"], name="suppression_once")
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.reason}"
