"""What operators write down about a person."""

from typing import ClassVar

from django.db import models


class Note(models.Model):
    """A remark for colleagues; it is never sent, and goes with the person when they are merged or erased."""

    workspace_id = models.IntegerField()
    person_id = models.UUIDField()
    text = models.CharField(max_length=2000)
    author = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            # a person's notes, newest first
            models.Index(fields=["person_id", "-id"], name="note_person")
        ]

    def __str__(self) -> str:
        return self.text[:60]
