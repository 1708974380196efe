"""Asking for entry: which events and rule matches ask flows to start a run, as actions that are done once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from campaigns.actions import Action
from campaigns.flows.models import Flow
from config.kit.ids import derived

START_FLOW: Final = "start_flow"
SEGMENT_ENTERED: Final = "segment.entered"


class Happened(Protocol):
    """What flows read of a stored event."""

    @property
    def id(self) -> UUID: ...
    @property
    def person_id(self) -> UUID: ...
    @property
    def name(self) -> str: ...
    @property
    def event_time(self) -> datetime: ...
    @property
    def properties(self) -> Any: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleAsk:
    """A rule's `start_flow` for the person of an event."""

    flow: str
    rule_id: int
    event: Happened


def asked_by(workspace_id: int, events: Sequence[Happened], *, now: datetime) -> list[Action]:
    """Return the unsaved actions of the live flows that the events enter, oldest event first."""
    flows = list(_live_flows(workspace_id))
    return [
        _action(workspace_id, flow, event, cause=str(event.id), now=now)
        for event in events
        for flow, definition in flows
        if _enters(definition.get("entry") or {}, event)
    ]


def asked_by_rules(workspace_id: int, asks: Sequence[RuleAsk], *, now: datetime) -> list[Action]:
    """Return the unsaved actions of rule matches; a flow that is not live is refused when the action is done."""
    flows = {flow.key: flow for flow in Flow.objects.filter(workspace_id=workspace_id, key__in={a.flow for a in asks})}
    return [
        _action(workspace_id, flows[ask.flow], ask.event, cause=f"{ask.rule_id}:{ask.event.id}", now=now)
        for ask in asks
        if ask.flow in flows
    ]


def _live_flows(workspace_id: int) -> Iterable[tuple[Flow, dict[str, Any]]]:
    rows = Flow.objects.filter(workspace_id=workspace_id, state=Flow.State.LIVE).select_related("live").order_by("id")
    return ((flow, flow.live.definition) for flow in rows if flow.live is not None)


def _enters(entry: dict[str, Any], event: Happened) -> bool:
    if entry.get("on") == "event":
        return bool(entry.get("event") == event.name)
    if entry.get("on") == "segment":
        return event.name == SEGMENT_ENTERED and event.properties.get("segment") == entry.get("segment")
    return False


def _action(workspace_id: int, flow: Flow, event: Happened, *, cause: str, now: datetime) -> Action:
    return Action(
        workspace_id=workspace_id,
        kind=START_FLOW,
        dedupe=derived("start", flow.pk, event.person_id, cause),
        person_id=event.person_id,
        event_id=event.id,
        payload={"flow_id": flow.pk, "cause": cause},
        created_at=now,
    )
