"""A person, and the identifiers that lead to them."""

from typing import ClassVar

from django.db import models


class Person(models.Model):
    """Someone whom events are about. The id is derived from the first identifier that was seen.

    `trait_times` holds the event time of each trait's value, so that an older event never overwrites a newer one.
    """

    id = models.UUIDField(primary_key=True)
    workspace_id = models.IntegerField()
    user_id = models.TextField(null=True)
    traits = models.JSONField(default=dict)
    trait_times = models.JSONField(default=dict)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    merged_into = models.UUIDField(null=True)

    class Meta:
        indexes: ClassVar = [
            # the people list, newest activity first, keyset paged
            models.Index(fields=["workspace_id", "-last_seen", "id"], name="person_last_seen"),
            # a person by user id
            models.Index(fields=["workspace_id", "user_id"], name="person_user_id"),
            # how many people there are, and samples and slices of them: ids are hashes, so a stretch is a draw
            models.Index(fields=["workspace_id", "id"], condition=models.Q(merged_into=None), name="person_alive"),
        ]

    def __str__(self) -> str:
        return self.user_id or str(self.id)


class Identity(models.Model):
    """One identifier (`kind`: user, anonymous, …) of a person; `subject` is `derived(workspace, kind, value)`."""

    subject = models.UUIDField(primary_key=True)
    workspace_id = models.IntegerField()
    kind = models.CharField(max_length=20)
    value = models.TextField()
    person_id = models.UUIDField()
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            # the identifiers of one person
            models.Index(fields=["person_id"], name="identity_person")
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"
