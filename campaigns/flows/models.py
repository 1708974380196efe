"""Flows, their versions, the runs of people through them, and the steps they took."""

from typing import ClassVar

from django.db import models

from config.kit.versions import Definition, Version


class Flow(Definition):
    class State(models.TextChoices):
        DRAFT = "draft"
        LIVE = "live"
        PAUSED = "paused"
        STOPPED = "stopped"

    kind = models.CharField(max_length=10, default="journey")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    live = models.ForeignKey("FlowVersion", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "key"], name="flow_key_once")]


class FlowVersion(Version):
    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="versions")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["flow", "number"], name="flow_version_once")]


class Run(models.Model):
    """One subject's way through a flow, on the version that it started with.

    `entry` holds the entering event (id, name, time, properties), so that every condition of the run sees it.
    `visit` counts the nodes of the way so far, `arrived_at` is when the run came to the one it stands at.
    `due_at` says when the run goes on by itself; null when it has ended or waits for something else than time.
    `context` holds the goal event once the goal was reached.
    """

    class State(models.TextChoices):
        ACTIVE = "active"
        WAITING = "waiting"
        ENDED = "ended"

    id = models.UUIDField(primary_key=True)
    workspace_id = models.IntegerField()
    # Each index costs every move of every run: those that Django adds for keys serve no query of ours.
    flow = models.ForeignKey(Flow, on_delete=models.PROTECT, related_name="runs", db_index=False)
    version = models.ForeignKey(FlowVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    subject_id = models.UUIDField()
    entry_key = models.TextField()
    entry = models.JSONField(default=dict)
    entered_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    node = models.CharField(max_length=100)
    visit = models.PositiveIntegerField(default=1)
    arrived_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    holdout = models.BooleanField(default=False)
    context = models.JSONField(default=dict)
    exit_reason = models.CharField(max_length=30, blank=True)
    exit_detail = models.JSONField(default=dict)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["flow", "subject_id", "entry_key"], name="run_once_per_entry_key")
        ]
        indexes: ClassVar = [
            # the claim of due runs, oldest first
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="run_due"),
            # the runs of a person; exits and waits that an event touches
            models.Index(fields=["subject_id", "flow"], name="run_subject"),
            # live counts per node
            models.Index(fields=["flow", "node"], condition=~models.Q(state="ended"), name="run_at_node"),
            # the list of runs, newest first; how many began in a stretch of time
            models.Index(fields=["workspace_id", "-entered_at", "id"], name="run_newest"),
            # how many reached their goal in a stretch of time
            models.Index(
                fields=["workspace_id", "ended_at"],
                condition=models.Q(exit_reason="converted"),
                name="run_converted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.flow_id}: {self.state} {self.node}"


class Step(models.Model):
    """A run's visit to a node: when, how it ended, and why (the verdict with its values)."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="steps", db_index=False)
    workspace_id = models.IntegerField()
    flow_id = models.BigIntegerField()
    node = models.CharField(max_length=100)
    visit = models.PositiveIntegerField()
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=30, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            # also serves the steps of a run
            models.UniqueConstraint(fields=["run", "node", "visit"], name="step_once_per_visit")
        ]

    def __str__(self) -> str:
        return f"{self.node} #{self.visit}"


class EntryDecision(models.Model):
    """Why an entry that was asked for did not become a run."""

    workspace_id = models.IntegerField()
    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="+")
    subject_id = models.UUIDField()
    event_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    reason = models.CharField(max_length=40)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [
            # why a person did not enter, newest first
            models.Index(fields=["subject_id", "-id"], name="entry_decision_subject")
        ]

    def __str__(self) -> str:
        return self.reason
