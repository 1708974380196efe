"""Defining flows: immutable versions, and the states draft, live, paused and stopped."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from campaigns.flows.models import Flow, FlowVersion
from config.kit.actors import Actor
from config.kit.errors import Conflict, refuse
from config.kit.versions import digest


@transaction.atomic
def define(workspace_id: int, raw: Any, *, actor: Actor, now: datetime) -> Flow:
    """Store a definition as the newest version of the flow with its key; the same again adds nothing."""
    if not isinstance(raw, dict) or not isinstance(raw.get("key"), str):
        raise refuse("/key", "a flow needs a key", "give a short name such as win-back")
    flow, _ = Flow.objects.select_for_update().get_or_create(
        workspace_id=workspace_id,
        key=raw["key"],
        defaults={"name": raw.get("name", raw["key"]), "created_at": now, "updated_at": now},
    )
    newest = flow.versions.order_by("-number").first()
    if newest is None or newest.sha256 != digest(raw):
        _add_version(flow, raw, actor=actor, now=now)
    return flow


@transaction.atomic
def publish(flow: Flow, *, actor: Actor, now: datetime) -> Flow:  # noqa: ARG001 - for the audit
    """Make the newest version the one that new runs start on."""
    newest = flow.versions.order_by("-number").first()
    if newest is None:
        raise Conflict(f"flow {flow.key} has no version to publish")
    flow.live, flow.state, flow.updated_at = newest, Flow.State.LIVE, now
    flow.save(update_fields=["live", "state", "updated_at"])
    return flow


def _add_version(flow: Flow, raw: dict[str, Any], *, actor: Actor, now: datetime) -> FlowVersion:
    number = (flow.versions.aggregate(n=Max("number"))["n"] or 0) + 1
    return FlowVersion.objects.create(
        flow=flow, number=number, definition=raw, sha256=digest(raw), author=actor.name, created_at=now
    )
