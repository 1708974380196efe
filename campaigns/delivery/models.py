"""Messages from intent to receipt, and what the local mailbox received."""

from typing import ClassVar

from django.db import models


class Delivery(models.Model):
    """One message to one person on one channel: an intent, then the gate's verdict, then what became of it.

    The id is the send key, `derived(workspace, flow, node, run, channel, attempt group)`: the same intent can
    exist only once, and the provider is given it as its idempotency key and Message-ID.
    `gate` lists every check in order with its value, its limit and whether it passed.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        HELD = "held"
        CLAIMED = "claimed"
        SENDING = "sending"
        SENT = "sent"
        FAILED = "failed"
        BLOCKED = "blocked"
        IN_DOUBT = "in_doubt"

    id = models.UUIDField(primary_key=True)
    workspace_id = models.IntegerField()
    run_id = models.UUIDField(null=True)
    flow_id = models.BigIntegerField(null=True)
    node = models.CharField(max_length=100, blank=True)
    person_id = models.UUIDField()
    channel = models.CharField(max_length=20)
    purpose = models.CharField(max_length=40)
    template_version_id = models.BigIntegerField()
    on_cap = models.CharField(max_length=10, default="skip", db_default="skip")
    on_quiet = models.CharField(max_length=10, default="postpone", db_default="postpone")
    address = models.CharField(max_length=320, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    reason = models.CharField(max_length=60, blank=True)
    gate = models.JSONField(default=list)
    due_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    attempt = models.PositiveIntegerField(default=0)
    receipt = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            # the claim: what may be sent now, oldest first
            models.Index(
                fields=["channel", "due_at"], condition=models.Q(state__in=["pending", "held"]), name="delivery_due"
            ),
            # leases to look after
            models.Index(
                fields=["lease_until"], condition=models.Q(state__in=["claimed", "sending"]), name="delivery_leased"
            ),
            # what an operator has to look at
            models.Index(
                fields=["workspace_id", "-created_at"], condition=models.Q(state="in_doubt"), name="delivery_doubtful"
            ),
            # what is tried again, by why the last try failed: whether a channel gets through
            models.Index(
                fields=["workspace_id", "channel", "reason"],
                condition=models.Q(state="pending") & ~models.Q(reason=""),
                name="delivery_retried",
            ),
            # the messages of a person, and of a workspace, newest first
            models.Index(fields=["person_id", "-created_at"], name="delivery_person"),
            models.Index(fields=["workspace_id", "-created_at", "id"], name="delivery_newest"),
            # the messages of a run
            models.Index(fields=["run_id"], name="delivery_run"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"


class MailboxMessage(models.Model):
    """A message that the local mailbox received over SMTP, as it came over the wire."""

    received_at = models.DateTimeField()
    sender = models.CharField(max_length=320)
    recipients = models.JSONField(default=list)
    message_id = models.CharField(max_length=300)
    subject = models.CharField(max_length=1000)
    raw = models.BinaryField()

    class Meta:
        indexes: ClassVar = [
            # one message by its Message-ID
            models.Index(fields=["message_id"], name="mailbox_message_id")
        ]

    def __str__(self) -> str:
        return self.subject
