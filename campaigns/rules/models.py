"""Rules, their versions, and what they made happen."""

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from config.kit.versions import Definition, Version


class Rule(Definition):
    """A rule as operators see it; `mode` and `enabled` are copied from the live version for reading.

    `stopped_at` is the stop switch: while it is set no version of the rule is judged and nothing of it is done.
    """

    live = models.ForeignKey("RuleVersion", on_delete=models.PROTECT, null=True, related_name="+")
    mode = models.CharField(max_length=10, default="live")
    enabled = models.BooleanField(default=True)
    priority = models.IntegerField(default=100)
    stopped_at = models.DateTimeField(null=True)
    stopped_by = models.CharField(max_length=200, blank=True, default="", db_default="")
    stopped_why = models.CharField(max_length=500, blank=True, default="", db_default="")
    # who edited it since its last approval: none of them may approve it
    makers = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "key"], name="rule_key_once")]


class RuleVersion(Version):
    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="versions")
    approved_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["rule", "number"], name="rule_version_once")]


class Firing(models.Model):
    """A rule matched an event: once per (rule, subject, cause), with the facts and the verdict leaf by leaf."""

    workspace_id = models.IntegerField()
    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="firings")
    version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="+")
    person_id = models.UUIDField()
    event_id = models.UUIDField()
    event_time = models.DateTimeField()
    fired_at = models.DateTimeField()
    mode = models.CharField(max_length=10)
    facts = models.JSONField()
    verdict = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rule", "person_id", "event_id"], name="firing_once_per_cause")
        ]
        indexes: ClassVar = [
            # the firings of one person, newest first
            models.Index(fields=["person_id", "-id"], name="firing_person"),
            # the firings of one rule, newest first, keyset paged
            models.Index(fields=["rule", "-id"], name="firing_rule"),
            # cool-downs and limits: when a rule fired for a person
            models.Index(fields=["rule", "person_id", "event_time"], name="firing_past"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} · {self.event_id}"


class FiringCount(models.Model):
    """How often a rule with a limit in all fired, by mode and by part of the window in which that counts."""

    pk = models.CompositePrimaryKey("rule_id", "mode", "part")
    workspace_id = models.IntegerField()
    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="+", db_index=False)
    mode = models.CharField(max_length=10)
    part = models.DateTimeField()
    n = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.rule_id} {self.mode} {self.part}: {self.n}"


class HeldBack(models.Model):
    """A match that did not fire because of what fired before or beside it, and why."""

    pk = models.CompositePrimaryKey("rule_id", "person_id", "event_time", "event_id")
    workspace_id = models.IntegerField()
    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="+", db_index=False)
    version = models.PositiveIntegerField()
    person_id = models.UUIDField()
    event_id = models.UUIDField()
    event_time = models.DateTimeField()
    reason = models.CharField(max_length=20)
    held_by = models.CharField(max_length=100, blank=True)

    class Meta:
        indexes: ClassVar = [
            # what was held back for one person, newest first; what is erased with them
            models.Index(fields=["person_id", "-event_time"], name="held_back_person"),
            # forgetting what is older than is shown
            BrinIndex(fields=["event_time"], name="held_back_at"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} · {self.event_id}: {self.reason}"


class RuleSetStamp(models.Model):
    """Another number after every change to a workspace's rules, so that workers notice it with one narrow read.

    Renewed in the transaction of every change; the row's lock puts concurrent changes in order.
    """

    workspace_id = models.IntegerField(primary_key=True)
    stamp = models.BigIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.workspace_id}: {self.stamp}"
