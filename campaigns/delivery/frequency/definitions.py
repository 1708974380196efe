"""Defining and removing caps and quiet hours: in force for every send that is judged from then on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from campaigns.delivery.frequency.form import read_cap, read_quiet
from campaigns.delivery.frequency.models import FrequencyCap, QuietHours
from compliance.audit import record
from config.kit.actors import Actor
from config.kit.errors import Conflict

Defined = FrequencyCap | QuietHours
MOST: int = 100
"""Definitions of one kind in a workspace: each is asked of every message."""


def caps(workspace_id: int, *, person_id: UUID | None = None) -> Sequence[FrequencyCap]:
    """Return the caps of a workspace, or those that somebody has for themselves, by key."""
    return list(FrequencyCap.objects.filter(workspace_id=workspace_id, person_id=person_id).order_by("key"))


def quiet_hours(workspace_id: int) -> Sequence[QuietHours]:
    """Return the quiet hours of a workspace, by key."""
    return list(QuietHours.objects.filter(workspace_id=workspace_id).order_by("key"))


@transaction.atomic
def define_cap(
    workspace_id: int, raw: Any, *, actor: Actor, now: datetime, person_id: UUID | None = None
) -> FrequencyCap:
    """Define a cap, or change the one with its key; with a person it is theirs alone. Raises `InputRefused`."""
    read = read_cap(raw)
    found = FrequencyCap.objects.filter(workspace_id=workspace_id, key=read.key, person_id=person_id).first()
    if found is None and len(caps(workspace_id, person_id=person_id)) >= MOST:
        raise Conflict(f"There are {MOST} caps already: remove some first.")
    made = found or FrequencyCap(workspace_id=workspace_id, key=read.key, person_id=person_id)
    _store(made, read.as_json(), "cap", actor=actor, now=now)
    return made


@transaction.atomic
def define_quiet(workspace_id: int, raw: Any, *, actor: Actor, now: datetime) -> QuietHours:
    """Define quiet hours, or change those with their key. Raises `InputRefused`."""
    read = read_quiet(raw)
    found = QuietHours.objects.filter(workspace_id=workspace_id, key=read.key).first()
    if found is None and len(quiet_hours(workspace_id)) >= MOST:
        raise Conflict(f"There are {MOST} quiet hours already: remove some first.")
    made = found or QuietHours(workspace_id=workspace_id, key=read.key)
    _store(made, read.as_json(), "quiet_hours", actor=actor, now=now)
    return made


@transaction.atomic
def remove(found: FrequencyCap | QuietHours, *, actor: Actor, now: datetime) -> None:
    """Take a cap or quiet hours out of force."""
    kind = "cap" if isinstance(found, FrequencyCap) else "quiet_hours"
    _tell(f"{kind}.removed", found, {"before": found.definition}, actor=actor, now=now)
    found.delete()


def _store(
    made: FrequencyCap | QuietHours, definition: dict[str, Any], kind: str, *, actor: Actor, now: datetime
) -> None:
    before = made.definition if made.pk else None
    if before == definition:
        return
    made.definition, made.author, made.updated_at = definition, actor.name[:200], now
    made.save()
    _tell(f"{kind}.defined", made, {"before": before, "after": definition}, actor=actor, now=now)


def _tell(
    action: str, found: FrequencyCap | QuietHours, payload: dict[str, Any], *, actor: Actor, now: datetime
) -> None:
    record(
        action,
        workspace_id=found.workspace_id,
        object_kind=action.partition(".")[0],
        object_id=found.key,
        person_id=getattr(found, "person_id", None),
        payload=payload,
        actor=actor,
        at=now,
    )
