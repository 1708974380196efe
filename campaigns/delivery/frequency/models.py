"""Frequency caps and quiet hours as they are defined now; the trail has what they were."""

from typing import ClassVar

from django.db import models


class FrequencyCap(models.Model):
    """At most so many accepted messages in a window; one with a person is theirs and replaces the workspace's."""

    workspace_id = models.IntegerField()
    key = models.CharField(max_length=100)
    person_id = models.UUIDField(null=True)
    definition = models.JSONField()
    author = models.CharField(max_length=200)
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace_id", "key", "person_id"], nulls_distinct=False, name="frequency_cap_once"
            )
        ]

    def __str__(self) -> str:
        return self.key


class QuietHours(models.Model):
    """Hours of the recipient's local time in which nothing is sent."""

    workspace_id = models.IntegerField()
    key = models.CharField(max_length=100)
    definition = models.JSONField()
    author = models.CharField(max_length=200)
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace_id", "key"], name="quiet_hours_once"),
        ]

    def __str__(self) -> str:
        return self.key
