"""Events as they were accepted, the keys that make them unique, and the slices that wait to be processed.

`Event` and `EventKey` are partitioned tables, made by SQL in the migrations; Django only reads them.
"""

from typing import ClassVar

from django.db import models

PARTITIONS = 16
"""How many ordered streams the events of all subjects are spread over (hash of the person's id)."""


class EventKind(models.IntegerChoices):
    """The calls of the Segment HTTP spec, what is said about a brand, and the events that the product itself makes."""

    TRACK = 1
    IDENTIFY = 2
    PAGE = 3
    SCREEN = 4
    GROUP = 5
    ALIAS = 6
    MENTION = 7
    """somebody said something about a brand: the brand is the subject"""
    SIGNAL = 8
    """the product noted something about a brand or another group of events"""
    INTERNAL = 9


IMPERSONAL = frozenset((EventKind.MENTION, EventKind.SIGNAL))
"""Events that are about no person; `person_id` is then the id of a brand or of another group."""


class Event(models.Model):
    """One accepted event. Its id is a UUIDv7 whose time part is the instant of receipt.

    `person_id` is who it is about today: a merge rewrites it. `properties` holds the traits for
    identify and group, and `previousId` for alias. Partitioned by month on the id.
    """

    id = models.UUIDField(primary_key=True)
    workspace_id = models.IntegerField()
    person_id = models.UUIDField()
    kind = models.SmallIntegerField(choices=EventKind.choices)
    name = models.TextField()
    event_time = models.DateTimeField()
    user_id = models.TextField(null=True)
    anonymous_id = models.TextField(null=True)
    properties = models.JSONField(default=dict)
    context = models.JSONField(null=True)

    class Meta:
        managed = False
        db_table = "audiences_event"

    def __str__(self) -> str:
        return self.name


class EventKey(models.Model):
    """Which message ids were seen, for 35 days: the id's 128-bit hash, the event it became, its body's hash."""

    pk = models.CompositePrimaryKey("workspace_id", "digest")
    workspace_id = models.IntegerField()
    digest = models.UUIDField()
    event_id = models.UUIDField()
    body = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "audiences_event_key"

    def __str__(self) -> str:
        return str(self.digest)


class Slice(models.Model):
    """The events of one accepted request that fall into one partition and wait to be processed.

    Their ids are a gapless run from `first_id` to `last_id` (see `config.kit.ids.uuid7_run`). The row is
    deleted in the transaction that records what the events caused: a queue that cannot lose or repeat.
    """

    pk = models.CompositePrimaryKey("partition", "first_id")
    partition = models.SmallIntegerField()
    first_id = models.UUIDField()
    last_id = models.UUIDField()
    workspace_id = models.IntegerField()

    class Meta:
        db_table = "audiences_slice"

    def __str__(self) -> str:
        return f"{self.partition}: {self.first_id}"


class Refusal(models.Model):
    """An item that was not accepted, and why, so that a sender's mistake can be seen in the console."""

    workspace_id = models.IntegerField()
    at = models.DateTimeField()
    message_id = models.CharField(max_length=300, blank=True)
    field = models.CharField(max_length=200)
    reason = models.CharField(max_length=60)
    message = models.CharField(max_length=500)

    class Meta:
        indexes: ClassVar = [
            # the newest refusals of a workspace
            models.Index(fields=["workspace_id", "-id"], name="refusal_newest")
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}"


class Repetition(models.Model):
    """How many items of a day (UTC) had been accepted before and were therefore not stored again.

    A day's count is the sum over its slots: one row for all connections would let each wait for the other's commit.
    """

    workspace_id = models.IntegerField()
    day = models.DateField()
    slot = models.SmallIntegerField(default=0)
    n = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace_id", "day", "slot"], name="repetition_once_a_day_and_slot")
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.n}"
