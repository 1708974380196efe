"""Segments, their versions, and who belongs since when."""

from typing import ClassVar

from django.db import models

from config.kit.versions import Definition, Version


class Segment(Definition):
    """A group of people, kept by a condition (dynamic), by hand (static), or taken once (snapshot)."""

    kind = models.CharField(max_length=10, default="dynamic")
    live = models.ForeignKey("SegmentVersion", on_delete=models.PROTECT, null=True, related_name="+")
    # the version by which everybody has been judged; another one than `live` while that is being computed
    computed = models.ForeignKey(
        "SegmentVersion", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    job_id = models.UUIDField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "key"], name="segment_key_once")]

    @property
    def archived(self) -> bool:
        return self.live_id is None

    @property
    def current(self) -> bool:
        """Whether everybody has been judged by the live version."""
        return self.live_id == self.computed_id


class SegmentVersion(Version):
    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="versions")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["segment", "number"], name="segment_version_once")]


class Membership(models.Model):
    """One stay of a person in a segment: open while `left_at` is null."""

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="memberships")
    workspace_id = models.IntegerField()
    person_id = models.UUIDField()
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            # one open stay per person; also serves member counts and look-ups
            models.UniqueConstraint(
                fields=["segment", "person_id"], condition=models.Q(left_at__isnull=True), name="membership_open_once"
            )
        ]
        indexes: ClassVar = [
            # the segments of one person, now and before
            models.Index(fields=["person_id", "segment"], name="membership_person")
        ]

    def __str__(self) -> str:
        return f"{self.segment_id}: {self.person_id}"


class HeadCount(models.Model):
    """What statements added to a segment and took away, written by triggers on the stays; see `heads`."""

    segment_id = models.BigIntegerField()
    workspace_id = models.IntegerField()
    n = models.IntegerField()

    class Meta:
        indexes: ClassVar = [
            # how many are in a segment
            models.Index(fields=["segment_id"], include=["n"], name="headcount_segment")
        ]

    def __str__(self) -> str:
        return f"{self.segment_id}: {self.n:+}"


class Removal(models.Model):
    """Somebody was taken out of a static segment by hand: no rule puts them back in, only a hand does (E8)."""

    pk = models.CompositePrimaryKey("segment_id", "person_id")
    segment_id = models.BigIntegerField()
    person_id = models.UUIDField()
    workspace_id = models.IntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=200)

    class Meta:
        indexes: ClassVar = [
            # what a merge has to move
            models.Index(fields=["person_id"], name="removal_person")
        ]

    def __str__(self) -> str:
        return f"{self.segment_id}: {self.person_id}"


class Recheck(models.Model):
    """When a person must be judged again for a segment although nothing may have happened (a window lapses)."""

    pk = models.CompositePrimaryKey("segment_id", "person_id")
    segment_id = models.BigIntegerField()
    person_id = models.UUIDField()
    workspace_id = models.IntegerField()
    due_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            # the sweep: what is due, oldest first
            models.Index(fields=["due_at"], name="recheck_due")
        ]

    def __str__(self) -> str:
        return f"{self.segment_id}: {self.due_at}"
