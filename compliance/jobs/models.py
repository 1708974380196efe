"""Long work as rows: what was asked for, how far it is, what came of it, and the files that go in and out."""

from typing import ClassVar

from django.db import models


class Job(models.Model):
    """One piece of long work. It is claimed under a lease; `attempt` is the fence against a worker that lost it.

    `due_at` says when a worker may take it: while it is queued the earliest moment, while it runs its lease's end.
    `saved` is the count at the last checkpoint, where the next attempt goes on; `begun` that at which this one did.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    id = models.UUIDField(primary_key=True)
    workspace_id = models.IntegerField()
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    arguments = models.JSONField(default=dict)
    language = models.CharField(max_length=10, default="en")
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=100)
    actor = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    said = models.CharField(max_length=300, blank=True)
    checkpoint = models.JSONField(default=dict)
    saved = models.BigIntegerField(default=0)
    begun = models.BigIntegerField(default=0)
    result = models.JSONField(default=dict)
    problem = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    cancel_asked_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    attempt = models.PositiveIntegerField(default=0)
    crashes = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="job_waits_or_has_ended",
                condition=models.Q(state__in=["queued", "running"], due_at__isnull=False, ended_at=None)
                | models.Q(state__in=["done", "failed", "cancelled"], due_at=None, ended_at__isnull=False),
            )
        ]
        indexes: ClassVar = [
            # the claim: what may be taken now
            models.Index(fields=["due_at"], condition=models.Q(state__in=["queued", "running"]), name="job_due"),
            # a workspace's jobs, newest first
            models.Index(fields=["workspace_id", "-created_at", "id"], name="job_newest"),
            # what ended long ago
            models.Index(fields=["ended_at"], condition=models.Q(ended_at__isnull=False), name="job_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


class JobFile(models.Model):
    """A file in pieces, so that any worker on any machine reaches it; whole only when its size and digest are known."""

    id = models.UUIDField(primary_key=True)
    workspace_id = models.IntegerField()
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    size = models.BigIntegerField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            # the sweep: what is past its time
            models.Index(fields=["expires_at"], name="job_file_expiry")
        ]

    def __str__(self) -> str:
        return self.name


class JobFileChunk(models.Model):
    """A piece of a file. All but the last are equally long, so that an offset names its piece."""

    workspace_id = models.IntegerField()
    file = models.ForeignKey(JobFile, on_delete=models.CASCADE, related_name="chunks", db_index=False)
    number = models.IntegerField()
    data = models.BinaryField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["file", "number"], name="job_file_chunk_once")]

    def __str__(self) -> str:
        return f"{self.file_id} {self.number}"
