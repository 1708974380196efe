"""The outbox: what was decided and is yet to be done, was done, was refused, or was given up for an operator to see."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final
from uuid import UUID

import msgspec
from django.db import connection, models

from compliance.audit import Entry, record_many
from config.kit.bulk import bulk_cursor

BACK_OFF: Final = tuple(timedelta(seconds=s) for s in (1, 5, 30, 300, 1800))
"""How long an action waits after each failure; one more and it is parked."""
TOO_MANY_HOPS: Final = "too_many_hops"
RULE_STOPPED: Final = "rule_stopped"
LONGEST_DETAIL: Final = 1_000


class Action(models.Model):
    """Something that a match or an event asks for, written with its cause in one transaction and done once.

    `dedupe` names the cause, so that a replay of a batch adds nothing. An action that fails is tried again at `due_at`
    (null: at once) and parked when it has failed too often: then `reason` says why, and an operator may replay it.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        DONE = "done"
        REFUSED = "refused"
        PARKED = "parked"

    workspace_id = models.IntegerField()
    kind = models.CharField(max_length=30)
    dedupe = models.UUIDField(unique=True)
    person_id = models.UUIDField()
    event_id = models.UUIDField(null=True)
    rule_id = models.BigIntegerField(null=True)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    reason = models.CharField(max_length=60, blank=True)
    detail = models.CharField(max_length=LONGEST_DETAIL, blank=True, default="", db_default="")
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            # what is still to be done, oldest first
            models.Index(fields=["id"], condition=models.Q(state="pending"), name="action_pending"),
            # why nothing was started for a person
            models.Index(fields=["person_id", "-id"], name="action_person"),
            # what rules had done, newest first, for those who look
            models.Index(
                fields=["workspace_id", "-id"], condition=models.Q(rule_id__isnull=False), name="action_of_rules"
            ),
            # what was given up
            models.Index(fields=["workspace_id", "-id"], condition=models.Q(state="parked"), name="action_parked"),
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


class Failed(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt that failed; `for_good` if another one would fail as well."""

    id: int
    workspace_id: int
    kind: str
    person_id: UUID
    attempts: int
    reason: str
    detail: str = ""
    for_good: bool = False


def fail(failed: Sequence[Failed], *, now: datetime, back_off: Sequence[timedelta] = BACK_OFF) -> None:
    """Note failed attempts: each is due again after a while, or parked and on the trail."""
    if not failed:
        return
    rows = {each: _failure(each, now=now, back_off=back_off) for each in failed}
    with bulk_cursor() as cursor:
        cursor.execute(FAIL, {"now": now, "rows": msgspec.json.encode(list(rows.values())).decode()})
    record_many([_parked(each) for each, row in rows.items() if row["state"] == Action.State.PARKED], at=now)


def _failure(failed: Failed, *, now: datetime, back_off: Sequence[timedelta]) -> dict[str, object]:
    is_last = failed.for_good or failed.attempts >= len(back_off)
    return {
        "id": failed.id,
        "reason": failed.reason[:60],
        "detail": failed.detail[:LONGEST_DETAIL],
        "state": Action.State.PARKED if is_last else Action.State.PENDING,
        "attempts": failed.attempts + 1,
        "due_at": None if is_last else now + back_off[failed.attempts],
    }


def _parked(failed: Failed) -> Entry:
    return Entry(
        action="action.parked",
        workspace_id=failed.workspace_id,
        object_kind="action",
        object_id=str(failed.id),
        person_id=failed.person_id,
        payload={"kind": failed.kind, "reason": failed.reason},
    )


def finish(ids: Sequence[int], *, now: datetime) -> None:
    """Close actions that were done, in the transaction of what they did."""
    with connection.cursor() as cursor:
        cursor.execute(FINISH, [now, list(ids)])


def refuse_stopped(*, now: datetime) -> int:
    """Refuse what rules asked for that were stopped meanwhile; return how many actions that were."""
    with connection.cursor() as cursor:
        cursor.execute(REFUSE_STOPPED, [RULE_STOPPED, now])
        return int(cursor.rowcount)


ASKED: Final = (
    *("workspace_id", "kind", "dedupe", "person_id", "event_id", "rule_id", "payload", "state", "reason"),
    "created_at",
)
INSERT: Final = """
insert into campaigns_action
    (workspace_id, kind, dedupe, person_id, event_id, rule_id, payload, state, reason, created_at)
select workspace_id, kind, dedupe, person_id, event_id, rule_id, payload, state, reason, created_at
from jsonb_to_recordset(%s::jsonb) as a(
    workspace_id int, kind text, dedupe uuid, person_id uuid, event_id uuid, rule_id bigint, payload jsonb, state text,
    reason text, created_at timestamptz)
on conflict (dedupe) do nothing
"""
FAIL: Final = """
update campaigns_action a
set state = g.state, reason = g.reason, detail = g.detail, attempts = g.attempts, due_at = g.due_at,
    done_at = case when g.state = 'parked' then %(now)s end
from jsonb_to_recordset(%(rows)s::jsonb) as g(
    id bigint, state text, reason text, detail text, attempts int, due_at timestamptz)
where a.id = g.id
"""
FINISH: Final = """
update campaigns_action set state = 'done', reason = '', detail = '', due_at = null, done_at = %s where id = any(%s)
"""
REFUSE_STOPPED: Final = """
update campaigns_action a set state = 'refused', reason = %s, done_at = %s
from campaigns_rule r where a.state = 'pending' and a.rule_id = r.id and r.stopped_at is not null
"""
