"""Defining and publishing flows, and the states that they go through: draft, live, paused, stopped."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from campaigns.flows.engine.checks import check
from campaigns.flows.engine.graph import Graph
from campaigns.flows.engine.parse import parse_flow
from campaigns.flows.models import Flow, FlowVersion
from campaigns.flows.references import unresolved
from campaigns.flows.stopping import end_runs
from campaigns.flows.waking import wake_flow
from compliance import audit
from config.kit.actors import Actor
from config.kit.errors import Conflict, InputRefused, Problem
from config.kit.phrases import phrase
from config.kit.versions import digest

State = Flow.State
_MOVES: Final = {
    State.PAUSED: (State.LIVE,),
    State.LIVE: (State.PAUSED,),
    State.STOPPED: (State.LIVE, State.PAUSED),
}
_VERBS: Final = {State.PAUSED: "paused", State.LIVE: "resumed", State.STOPPED: "stopped"}


@transaction.atomic
def define(workspace_id: int, raw: Any, *, actor: Actor, now: datetime) -> Flow:
    """Store a definition as the newest version of the flow with its key; the same again adds nothing.

    People enter the version that was published last, so defining changes nothing for them.
    """
    graph = parse_flow(raw)
    flow, _created = Flow.objects.select_for_update().get_or_create(
        workspace_id=workspace_id,
        key=graph.key,
        defaults={"kind": graph.kind, "name": graph.name, "created_at": now, "updated_at": now},
    )
    # JSON in the database keeps no order, and the first node may be meant by being written first
    stored = {**raw, "first": graph.first}
    newest = newest_version(flow)
    if newest is None or newest.sha256 != digest(stored):
        _add_version(flow, stored, graph, number=newest.number + 1 if newest else 1, actor=actor, now=now)
    return flow


def newest_version(flow: Flow) -> FlowVersion | None:
    """Return the version that was defined last."""
    return flow.versions.order_by("-number").first()


def newest_versions(flows: Iterable[Flow]) -> dict[int, FlowVersion]:
    """Return the newest version of each flow, by the flow's id, in one query."""
    rows = FlowVersion.objects.filter(flow__in=list(flows)).order_by("flow_id", "-number").distinct("flow_id")
    return {version.flow_id: version for version in rows}


def _add_version(flow: Flow, raw: dict[str, Any], graph: Graph, *, number: int, actor: Actor, now: datetime) -> None:
    note = raw.get("note")
    version = FlowVersion.objects.create(
        flow=flow,
        number=number,
        definition=raw,
        sha256=digest(raw),
        note=note if isinstance(note, str) else "",
        author=actor.name[:200],
        created_at=now,
    )
    flow.name, flow.updated_at = graph.name, now
    flow.save(update_fields=["name", "updated_at"])
    _record("flow.defined", flow, {"version": number, "sha256": version.sha256}, actor=actor, now=now)


@transaction.atomic
def publish(flow: Flow, *, actor: Actor, now: datetime, number: int | None = None) -> Flow:
    """Let new runs start on a version (the newest, if none is named); runs under way stay on theirs (A1).

    Refuses, naming each node, a graph that people could get lost in and references that lead nowhere.
    """
    locked = _lock(flow)
    version = newest_version(locked) if number is None else locked.versions.filter(number=number).first()
    if version is None:
        raise Conflict(phrase("flow %(key)s has no such version", key=flow.key))
    problems = problems_of(locked.workspace_id, parse_flow(version.definition))
    if problems:
        raise InputRefused(problems)
    if locked.state == State.LIVE and locked.live_id == version.pk:
        return locked
    before = locked.state
    locked.live, locked.state, locked.updated_at = version, State.LIVE, now
    locked.save(update_fields=["live", "state", "updated_at"])
    _record("flow.published", locked, {"version": version.number, "before": before}, actor=actor, now=now)
    if before == State.PAUSED:
        wake_flow(locked.pk, now=now)
    return locked


def problems_of(workspace_id: int, graph: Graph) -> Sequence[Problem]:
    """Return what stands in the way of publishing."""
    return [*check(graph), *unresolved(workspace_id, graph)]


def pause(flow: Flow, *, actor: Actor, now: datetime) -> Flow:
    """Let nobody in; runs go on as far as their next message and wait there (A2)."""
    return _move(flow, State.PAUSED, actor=actor, now=now)


@transaction.atomic
def resume(flow: Flow, *, actor: Actor, now: datetime) -> Flow:
    """Let people in again, and the runs that wait at a message go on; each send passes the gate anew."""
    moved = _move(flow, State.LIVE, actor=actor, now=now)
    wake_flow(moved.pk, now=now)
    return moved


@transaction.atomic
def stop(flow: Flow, *, actor: Actor, now: datetime) -> Flow:
    """Let nobody in, end the runs, send nothing more: the gate closes for what is pending."""
    moved = _move(flow, State.STOPPED, actor=actor, now=now)
    ended = end_runs(moved.pk, workspace_id=moved.workspace_id, now=now)
    _record("flow.runs_ended", moved, {"runs": ended, "reason": "stopped"}, actor=actor, now=now)
    return moved


@transaction.atomic
def _move(flow: Flow, to: State, *, actor: Actor, now: datetime) -> Flow:
    locked = _lock(flow)
    if locked.state == to:
        return locked
    if locked.state not in _MOVES[to]:
        given = {"key": locked.key, "state": locked.state, "wanted": to.value}
        raise Conflict(phrase("the journey %(key)s is %(state)s: it cannot become %(wanted)s", **given))
    before, locked.state, locked.updated_at = locked.state, to, now
    locked.save(update_fields=["state", "updated_at"])
    _record(f"flow.{_VERBS[to]}", locked, {"before": before}, actor=actor, now=now)
    return locked


def _lock(flow: Flow) -> Flow:
    """Lock the flow's row against other operators; starts of runs (which lock its key) are not held up."""
    return Flow.objects.select_for_update(no_key=True).get(pk=flow.pk)


def _record(action: str, flow: Flow, payload: dict[str, Any], *, actor: Actor, now: datetime) -> None:
    audit.record(
        action,
        workspace_id=flow.workspace_id,
        object_kind="flow",
        object_id=flow.key,
        payload=payload,
        actor=actor,
        at=now,
    )
