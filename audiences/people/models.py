"""A person, and the identifiers that lead to them."""

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _


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


class TraitChange(models.Model):
    """What a person's trait was said to be at an instant (event time); JSON null: it was taken away.

    Every word is kept while late ones may still come between, and changes only after that (`history.thin`).
    """

    pk = models.CompositePrimaryKey("person_id", "name", "at")
    person_id = models.UUIDField()
    name = models.TextField()
    at = models.DateTimeField()
    workspace_id = models.IntegerField()
    value = models.JSONField()
    source = models.TextField()

    class Meta:
        indexes: ClassVar = [
            # thinning: what was told so long ago that nothing can come between any more
            BrinIndex(fields=["at"], name="trait_change_at")
        ]

    def __str__(self) -> str:
        return f"{self.name} at {self.at}"


class Identity(models.Model):
    """One identifier of a person; `kind` is user, anonymous or one of `naming.KINDS`.

    `subject` is `derived(workspace, kind, value)`.
    """

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


class PersonMerge(models.Model):
    """That two people were found to be one: who went into whom, why, and what came over. Never changed afterwards."""

    class Cause(models.TextChoices):
        EVENT = "event", _("an event named both")
        OPERATOR = "operator", _("decided in the console or over the API")

    workspace_id = models.IntegerField()
    loser_id = models.UUIDField()
    winner_id = models.UUIDField()
    at = models.DateTimeField()
    cause = models.CharField(max_length=10, choices=Cause.choices)
    event_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=20, blank=True)
    actor = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    moved = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            # nobody is merged away twice; also finds into whom somebody went
            models.UniqueConstraint(fields=["loser_id"], name="person_merged_once"),
            models.CheckConstraint(condition=~models.Q(loser_id=models.F("winner_id")), name="person_merge_is_of_two"),
        ]
        indexes: ClassVar = [
            # who went into this person
            models.Index(fields=["winner_id"], name="person_merge_winner")
        ]

    def __str__(self) -> str:
        return f"{self.loser_id} → {self.winner_id}"


class IdentityClaim(models.Model):
    """That somebody used an identifier which belongs to somebody else; an operator says what that means.

    Who holds the identifier is what `Identity` says today. Only a device is shared so often that it is `noted`, and
    nobody asked.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        NOTED = "noted", _("noted")
        MERGED = "merged", _("one person")
        DISMISSED = "dismissed", _("two people")

    workspace_id = models.IntegerField()
    subject = models.UUIDField()
    kind = models.CharField(max_length=20)
    value = models.TextField()
    claimant_id = models.UUIDField()
    event_id = models.UUIDField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.IntegerField(default=1)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["subject", "claimant_id"], name="identity_claim_once")]
        indexes: ClassVar = [
            # the queue of those that wait for a decision, newest first
            models.Index(fields=["workspace_id", "state", "-id"], name="identity_claim_queue"),
            # what one person claims
            models.Index(fields=["claimant_id"], name="identity_claim_claimant"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.claimant_id}"
