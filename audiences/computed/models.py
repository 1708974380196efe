"""Computed traits, their versions, and when a person's values must be worked out again."""

from typing import ClassVar

from django.db import models

from config.kit.versions import Definition, Version


class ComputedTrait(Definition):
    """A figure about a person's events. `bands` holds the limits between scores that the people themselves set."""

    live = models.ForeignKey("ComputedTraitVersion", on_delete=models.PROTECT, null=True, related_name="+")
    bands = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "key"], name="computed_trait_key_once")]


class ComputedTraitVersion(Version):
    trait = models.ForeignKey(ComputedTrait, on_delete=models.CASCADE, related_name="versions")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["trait", "number"], name="computed_trait_version_once")
        ]


class ComputedDue(models.Model):
    """When a person's computed traits change although nothing may have happened: an event leaves a window."""

    person_id = models.UUIDField(primary_key=True)
    workspace_id = models.IntegerField()
    due_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            # the sweep: what is due, oldest first
            models.Index(fields=["due_at"], name="computed_due_at")
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.due_at}"
