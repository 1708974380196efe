"""The outbox between matches and flows: what was decided and is yet to be done."""

from collections.abc import Sequence
from typing import ClassVar, Final

import msgspec
from django.db import models

from config.kit.bulk import bulk_cursor


class Action(models.Model):
    """Something that a match or an event asks for, written with its cause in one transaction and done once.

    `dedupe` names the cause, so that a replay of a batch adds nothing.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        DONE = "done"
        REFUSED = "refused"

    workspace_id = models.IntegerField()
    kind = models.CharField(max_length=30)
    dedupe = models.UUIDField(unique=True)
    person_id = models.UUIDField()
    event_id = models.UUIDField(null=True)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    reason = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            # what is still to be done, oldest first
            models.Index(fields=["id"], condition=models.Q(state="pending"), name="action_pending"),
            # why nothing was started for a person
            models.Index(fields=["person_id", "-id"], name="action_person"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


def ask(actions: Sequence[Action]) -> None:
    """Store unsaved actions in one statement, in their order; those that were asked for before add nothing."""
    if not actions:
        return
    rows = msgspec.json.encode([{name: getattr(action, name) for name in ASKED} for action in actions]).decode()
    with bulk_cursor() as cursor:
        cursor.execute(INSERT, [rows])


ASKED: Final = ("workspace_id", "kind", "dedupe", "person_id", "event_id", "payload", "state", "reason", "created_at")
INSERT: Final = """
insert into campaigns_action (workspace_id, kind, dedupe, person_id, event_id, payload, state, reason, created_at)
select workspace_id, kind, dedupe, person_id, event_id, payload, state, reason, created_at
from jsonb_to_recordset(%s::jsonb) as a(
    workspace_id int, kind text, dedupe uuid, person_id uuid, event_id uuid, payload jsonb, state text, reason text,
    created_at timestamptz)
on conflict (dedupe) do nothing
"""
