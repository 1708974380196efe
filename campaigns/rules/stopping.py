"""The stop switch of a rule: one call, at once, without a gate; what it asked for and is not done yet is refused."""

from datetime import datetime

from django.db import transaction

from campaigns.actions.outbox import refuse_stopped
from campaigns.rules.live import renew_stamp
from campaigns.rules.models import Rule
from compliance.audit import record
from config.kit.actors import Actor
from config.kit.errors import Conflict

LONGEST_REASON = 500


def stop_rule(rule: Rule, *, reason: str, actor: Actor, now: datetime) -> Rule:
    """Let the rule do nothing from the next batch on, whatever its versions say; raises `Conflict` if it is stopped."""
    with transaction.atomic():
        renew_stamp(rule.workspace_id)
        locked = Rule.objects.select_for_update().get(pk=rule.pk)
        if locked.stopped_at is not None:
            raise Conflict(f"rule {rule.key} was stopped at {locked.stopped_at:%Y-%m-%dT%H:%M:%SZ} already")
        locked.stopped_at, locked.stopped_by = now, actor.name[:200]
        locked.stopped_why = reason[:LONGEST_REASON]
        locked.save(update_fields=["stopped_at", "stopped_by", "stopped_why"])
        refused = refuse_stopped(now=now)
        _note("rule.stopped", locked, actor=actor, at=now, payload={"reason": reason, "refused_actions": refused})
    return locked


def release_rule(rule: Rule, *, actor: Actor, now: datetime) -> Rule:
    """Let a stopped rule go on from now; what came meanwhile is not made up for. Raises `Conflict` if it runs."""
    with transaction.atomic():
        renew_stamp(rule.workspace_id)
        locked = Rule.objects.select_for_update().get(pk=rule.pk)
        if locked.stopped_at is None:
            raise Conflict(f"rule {rule.key} is not stopped")
        stopped = f"{locked.stopped_at:%Y-%m-%dT%H:%M:%SZ}"
        locked.stopped_at, locked.stopped_by, locked.stopped_why = None, "", ""
        locked.save(update_fields=["stopped_at", "stopped_by", "stopped_why"])
        _note("rule.released", locked, actor=actor, at=now, payload={"stopped_at": stopped})
    return locked


def _note(action: str, rule: Rule, *, actor: Actor, at: datetime, payload: dict[str, object]) -> None:
    record(
        action,
        workspace_id=rule.workspace_id,
        object_kind="rule",
        object_id=rule.key,
        payload=payload,
        actor=actor,
        at=at,
    )
