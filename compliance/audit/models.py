"""The trail: one row per change and per decision, written in the same transaction."""

from typing import ClassVar

from django.db import models


class AuditEntry(models.Model):
    """What was done, by whom, to what. Rows are added and read; a trigger refuses all else.

    Payloads hold identifiers and figures, never an address or a name in clear.
    `tx` (a column that PostgreSQL fills with `pg_current_xact_id()`) is for the sealer.
    """

    workspace_id = models.IntegerField(null=True)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor = models.CharField(max_length=200)
    action = models.CharField(max_length=60)
    object_kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=100)
    person_id = models.UUIDField(null=True)
    payload = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes: ClassVar = [
            # the audit list of a workspace, newest first
            models.Index(fields=["workspace_id", "-id"], name="audit_newest"),
            # the trail of one object
            models.Index(fields=["workspace_id", "object_kind", "object_id"], name="audit_object"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_kind} {self.object_id}"
