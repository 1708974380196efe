"""Whether rules of a workspace need a second pair of eyes, and whose eyes those may be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from campaigns.rules.publishing.models import RulePolicy
from compliance.access.deciders import deciders
from compliance.audit import record
from config.kit.actors import Actor, ActorKind
from config.kit.errors import Conflict, InputRefused, Problem

FIELDS: Final = ("review", "keys_approve")
PUBLISH: Final = "rules:publish"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`review`: nobody publishes alone. `keys_approve`: a key with `rules:publish` may be the second pair of eyes."""

    review: bool = False
    keys_approve: bool = False


def policy_of(workspace_id: int) -> Policy:
    """Return the workspace's policy; without one, whoever may publish does so alone."""
    row = RulePolicy.objects.filter(workspace_id=workspace_id).first()
    return Policy(review=row.review, keys_approve=row.keys_approve) if row else Policy()


@transaction.atomic
def set_policy(workspace_id: int, changes: Any, *, actor: Actor, now: datetime) -> Policy:
    """Change what is named in `changes`; refused where nobody but the one who asks could ever approve."""
    before = policy_of(workspace_id)
    after = Policy(**{**_as_json(before), **_read(changes)})
    if after.review and not may_approve(workspace_id, makers=[identity(actor)], policy=after, now=now):
        raise Conflict("Nobody else could approve: make another member administrator or reviewer first.")
    if after != before:
        row = {**_as_json(after), "author": actor.name[:200], "updated_at": now}
        RulePolicy.objects.update_or_create(workspace_id=workspace_id, defaults=row)
        record(
            "rule.policy_set",
            workspace_id=workspace_id,
            object_kind="workspace",
            object_id=workspace_id,
            payload={"before": _as_json(before), "after": _as_json(after)},
            actor=actor,
            at=now,
        )
    return after


def identity(actor: Actor) -> str:
    """Return who the actor is, apart from the name: "user:7", "key:3"."""
    return f"{actor.kind.value}:{actor.id}"


def may_approve(workspace_id: int, *, makers: Iterable[str], policy: Policy, now: datetime) -> bool:
    """Whether anybody in the workspace could approve what `makers` made."""
    return bool(_approvers(workspace_id, policy, now) - set(makers))


def is_approver(workspace_id: int, actor: Actor, *, policy: Policy, now: datetime) -> bool:
    """Whether the actor's role lets them approve what others made."""
    return identity(actor) in _approvers(workspace_id, policy, now)


def _approvers(workspace_id: int, policy: Policy, now: datetime) -> set[str]:
    found = deciders(workspace_id, now=now, scope=PUBLISH if policy.keys_approve else "")
    return {f"{ActorKind.USER.value}:{user}" for user in found.users} | {
        f"{ActorKind.KEY.value}:{key}" for key in found.keys
    }


def _as_json(policy: Policy) -> dict[str, bool]:
    return {name: getattr(policy, name) for name in FIELDS}


def _read(changes: Any) -> Mapping[str, bool]:
    if not isinstance(changes, Mapping):
        raise InputRefused([Problem(path="", message="a policy is a JSON object", hint='{"review": true}')])
    problems = [
        Problem(path=f"/{name}", message="a policy has no such key", hint="known are " + ", ".join(FIELDS))
        for name in changes
        if name not in FIELDS
    ]
    problems += [
        Problem(path=f"/{name}", message=f"{str(value)[:80]!r} is neither true nor false", hint="send true or false")
        for name, value in changes.items()
        if name in FIELDS and type(value) is not bool
    ]
    if problems:
        raise InputRefused(problems)
    return changes
