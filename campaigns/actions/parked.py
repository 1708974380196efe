"""What rules had done, for those who look; and having what was parked tried once more."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models, transaction

from campaigns.actions.outbox import TOO_MANY_HOPS, Action
from compliance.audit import record
from config.kit import queues
from config.kit.actors import Actor
from config.kit.errors import Conflict
from config.kit.nudge import nudge


def actions_of_rules(workspace_id: int) -> models.QuerySet[Action]:
    """Return what rules asked for; order and bounds are the caller's."""
    return Action.objects.filter(workspace_id=workspace_id, rule_id__isnull=False)


def parked_actions(workspace_id: int) -> models.QuerySet[Action]:
    """Return what was given up and waits for an operator."""
    return Action.objects.filter(workspace_id=workspace_id, state=Action.State.PARKED)


@transaction.atomic
def replay_action(workspace_id: int, action_id: int, *, actor: Actor, now: datetime) -> Action:
    """Have a parked action tried again from the beginning; it is still done at most once.

    One that was cut off as the end of a long chain begins a new chain. Raises `LookupError`, or `Conflict` where the
    action is not parked.
    """
    found = actions_of_rules(workspace_id).select_for_update().filter(pk=action_id).first()
    if found is None:
        raise LookupError(f"no action {action_id}")
    if found.state != Action.State.PARKED:
        raise Conflict(f"action {action_id} is {found.state}, not parked")
    if found.reason == TOO_MANY_HOPS:
        found.payload = _from_the_beginning(found.payload)
    found.state, found.reason, found.detail = Action.State.PENDING, "", ""
    found.attempts, found.due_at, found.done_at = 0, None, None
    found.save(update_fields=["payload", "state", "reason", "detail", "attempts", "due_at", "done_at"])
    record(
        "action.replayed",
        workspace_id=workspace_id,
        object_kind="action",
        object_id=action_id,
        person_id=found.person_id,
        payload={"kind": found.kind},
        actor=actor,
        at=now,
    )
    for task in (queues.DRAIN_ACTIONS, queues.DRAIN_EFFECTS, queues.DRAIN_WEBHOOKS):
        nudge(task)
    return found


def _from_the_beginning(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {**payload, "cause": {**payload["cause"], "hops": 1}}
