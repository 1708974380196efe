"""Imports: the file, how it is read, what its columns mean, and the rows that were refused."""

from typing import ClassVar

from django.db import models


class Import(models.Model):
    """One file on its way in. How far it is, and what came of it, stands in its job."""

    class What(models.TextChoices):
        PEOPLE = "people"
        EVENTS = "events"
        CALLS = "calls"

    id = models.UUIDField(primary_key=True)
    workspace_id = models.IntegerField()
    name = models.CharField(max_length=255)
    file_id = models.UUIDField()
    what = models.CharField(max_length=10, choices=What.choices, default=What.EVENTS)
    reading = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    check_id = models.UUIDField(null=True)
    job_id = models.UUIDField(null=True)
    actor = models.CharField(max_length=200)
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            # a workspace's imports, newest first
            models.Index(fields=["workspace_id", "-created_at", "id"], name="import_newest")
        ]

    def __str__(self) -> str:
        return self.name


class RefusedRow(models.Model):
    """A row that was not taken: as it stood in the file, and why."""

    workspace_id = models.IntegerField()
    source = models.ForeignKey(Import, on_delete=models.CASCADE, db_index=False, related_name="refused")
    line = models.BigIntegerField()
    column = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=40)
    value = models.CharField(max_length=200, blank=True)
    expected = models.CharField(max_length=300, blank=True)
    cells = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [
            # read in the order of the file; a row is refused once
            models.UniqueConstraint(fields=["source", "line"], name="refused_row_once")
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.reason}"


class SavedMapping(models.Model):
    """What the columns of a kind of file mean, kept for the next file of that kind."""

    workspace_id = models.IntegerField()
    name = models.CharField(max_length=100)
    what = models.CharField(max_length=10, choices=Import.What.choices)
    mapping = models.JSONField(default=dict)
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace_id", "name"], name="saved_mapping_once")]

    def __str__(self) -> str:
        return self.name
