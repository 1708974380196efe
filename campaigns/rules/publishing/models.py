"""Drafts of rules, their test cases, reviews, and what the workspace asks for before a rule goes live."""

from typing import ClassVar

from django.db import models

from campaigns.rules.models import Rule, RuleVersion


class RuleDraft(models.Model):
    """What a rule may become: one per rule, gone once it is published or discarded.

    `revision` counts the saves, so that two who edit at once learn of each other. `base` is the version that it was
    begun from, None for a rule that was never live. `problems` and `steps` tell what the last save found.
    """

    rule = models.OneToOneField(Rule, on_delete=models.CASCADE, related_name="draft")
    workspace_id = models.IntegerField()
    revision = models.PositiveIntegerField(default=1)
    definition = models.JSONField()
    sha256 = models.CharField(max_length=64)
    base = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=500, blank=True)
    problems = models.JSONField(default=list)
    steps = models.JSONField(default=list)
    replay_id = models.UUIDField(null=True)
    replay_of = models.CharField(max_length=64, blank=True)
    author = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.rule_id} · draft {self.revision}"


class RuleCase(models.Model):
    """A stored test: an event, what is known of its subject, and whether the rule must fire.

    A private one is its owner's alone: nobody else sees it, and it holds up nobody else.
    """

    workspace_id = models.IntegerField()
    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="cases")
    name = models.CharField(max_length=200)
    private = models.BooleanField(default=False)
    owner = models.CharField(max_length=60)
    owner_name = models.CharField(max_length=200)
    event = models.JSONField()
    facts = models.JSONField(default=dict)
    expect = models.JSONField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            # also serves the cases of a rule in the order of their names
            models.UniqueConstraint(fields=["rule", "owner", "name"], name="rule_case_once")
        ]

    def __str__(self) -> str:
        return self.name


class RuleReview(models.Model):
    """A draft that was handed in, and what another pair of eyes made of it; bound to the hash of what they saw."""

    class State(models.TextChoices):
        PENDING = "pending"
        APPROVED = "approved"
        REJECTED = "rejected"
        VOID = "void"
        WITHDRAWN = "withdrawn"

    workspace_id = models.IntegerField()
    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="reviews")
    revision = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    definition = models.JSONField()
    makers = models.JSONField(default=list)
    steps = models.JSONField(default=list)
    note = models.CharField(max_length=500, blank=True)
    submitter = models.CharField(max_length=60)
    submitted_by = models.CharField(max_length=200)
    submitted_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    decided_by = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["rule"], condition=models.Q(state="pending"), name="rule_review_pending_once"
            )
        ]
        indexes: ClassVar = [
            # what waits in a workspace, and what was decided, newest first
            models.Index(fields=["workspace_id", "state", "-id"], name="rule_review_queue"),
            # the reviews of one rule, newest first
            models.Index(fields=["rule", "-id"], name="rule_review_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id}: {self.state}"


class RulePolicy(models.Model):
    """What the workspace asks for before a rule goes live: a second pair of eyes, and whether a key may be it."""

    workspace_id = models.IntegerField(primary_key=True)
    review = models.BooleanField(default=False)
    keys_approve = models.BooleanField(default=False)
    author = models.CharField(max_length=200)
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.workspace_id}: {'four eyes' if self.review else 'no review'}"
