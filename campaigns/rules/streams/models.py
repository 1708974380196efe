"""What rules over time keep: hits and their buckets, groups, turns and alarms of aggregates; what is waited for."""

from typing import Any, ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models


class Numeric(models.Field):  # type: ignore[type-arg]
    """A number of any size and scale, exactly."""

    def db_type(self, connection: Any) -> str:
        return "numeric"


class StreamHit(models.Model):
    """An event that an aggregate rule counts: exact where a window begins and ends, and the proof that it came once.

    `stream` is what is counted (rule, events, `where`, groups, measures, window); `parts` are the event's values.
    """

    pk = models.CompositePrimaryKey("stream", "group_id", "at", "event_id")
    stream = models.UUIDField()
    group_id = models.UUIDField()
    at = models.DateTimeField()
    event_id = models.UUIDField()
    workspace_id = models.IntegerField()
    parts = models.JSONField()

    class Meta:
        indexes: ClassVar = [
            # what has become too old to be in any window
            BrinIndex(fields=["at"], name="stream_hit_at")
        ]

    def __str__(self) -> str:
        return f"{self.event_id} at {self.at}"


class StreamBucket(models.Model):
    """What the hits of a group in one short stretch add up to, in one slot, for one value (empty: numbers)."""

    pk = models.CompositePrimaryKey("stream", "group_id", "start", "slot", "value")
    stream = models.UUIDField()
    group_id = models.UUIDField()
    start = models.DateTimeField()
    slot = models.SmallIntegerField()
    value = models.TextField()
    workspace_id = models.IntegerField()
    n = models.BigIntegerField()
    total = Numeric()
    low = Numeric(null=True)
    high = Numeric(null=True)

    class Meta:
        indexes: ClassVar = [
            # what has become too old to be in any window
            BrinIndex(fields=["start"], name="stream_bucket_start")
        ]

    def __str__(self) -> str:
        return f"{self.start}: {self.n}"


class StreamGroup(models.Model):
    """Up to when a group of an aggregate rule has been judged. Its lock puts workers that see the group in order.

    `watch` is a stream with a condition and a pace: what turns and alarms depend on.
    """

    pk = models.CompositePrimaryKey("watch", "group_id")
    watch = models.UUIDField()
    group_id = models.UUIDField()
    workspace_id = models.IntegerField()
    rule_id = models.BigIntegerField()
    values = models.JSONField()
    judged_to = models.DateTimeField(null=True)
    look_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            # what time alone may change, soonest first
            models.Index(fields=["look_at"], condition=models.Q(look_at__isnull=False), name="stream_group_look"),
            # groups in which nothing happened for long
            models.Index(fields=["judged_to"], name="stream_group_judged"),
        ]

    def __str__(self) -> str:
        return f"{self.values}"


class StreamTurn(models.Model):
    """The condition of an aggregate rule became true for a group, or stopped being true (event of zeros: by time)."""

    pk = models.CompositePrimaryKey("watch", "group_id", "at", "event_id")
    watch = models.UUIDField()
    group_id = models.UUIDField()
    at = models.DateTimeField()
    event_id = models.UUIDField()
    workspace_id = models.IntegerField()
    held = models.BooleanField()
    amounts = models.JSONField()

    class Meta:
        indexes: ClassVar = [
            # what is too old for a late event to change
            BrinIndex(fields=["at"], name="stream_turn_at")
        ]

    def __str__(self) -> str:
        return f"{self.at}: {self.held}"


class StreamAlarm(models.Model):
    """A firing of an aggregate rule for a group, until its condition has been false for long enough.

    `began_at`, `event_id` and `amounts` follow late events; the firing itself keeps what was known when it fired.
    """

    workspace_id = models.IntegerField()
    rule = models.ForeignKey("campaigns.Rule", on_delete=models.CASCADE, related_name="alarms")
    watch = models.UUIDField()
    group_id = models.UUIDField()
    values = models.JSONField()
    began_at = models.DateTimeField()
    at = models.DateTimeField()
    event_id = models.UUIDField(null=True)
    amounts = models.JSONField()
    mode = models.CharField(max_length=10)
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["watch", "group_id", "at"], name="stream_alarm_once")]
        indexes: ClassVar = [
            # the alarms of one rule, newest first
            models.Index(fields=["rule", "-id"], name="stream_alarm_rule"),
            # those of a group that a late event may still change
            models.Index(fields=["watch", "group_id", "resolved_at"], name="stream_alarm_group"),
        ]

    def __str__(self) -> str:
        return f"{self.values} at {self.at}"


class RuleWait(models.Model):
    """What a rule waits for: that something does not come after an event, or that traits stay as they are.

    `cause` is the event after which it must not come, or the person whose traits must stay: one row for each.
    """

    pk = models.CompositePrimaryKey("rule_id", "cause")
    rule_id = models.BigIntegerField()
    cause = models.UUIDField()
    workspace_id = models.IntegerField()
    person_id = models.UUIDField()
    event_id = models.UUIDField()
    since = models.DateTimeField()
    due_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            # what is due, soonest first
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="rule_wait_due"),
            # what waits about one person: erasing
            models.Index(fields=["person_id"], name="rule_wait_person"),
        ]

    def __str__(self) -> str:
        return f"{self.cause} until {self.due_at}"
