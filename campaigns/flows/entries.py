"""Asking for entry: which events and rule matches ask flows to start a run, as actions that are done once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from audiences.intake import EventRow
from campaigns.actions import Action
from campaigns.flows.catalog import FlowNow, flows_by_key, graphs, listening_flows
from campaigns.flows.engine.admission import Admission, late
from campaigns.flows.engine.graph import EntryOn, Graph
from config.kit.bulk import bulk_cursor
from config.kit.ids import derived

START_FLOW: Final = "start_flow"
SEGMENT_ENTERED: Final = "segment.entered"
IMPORT: Final = timedelta(days=30)
"""Events older than this on arrival are history being imported: why they start nothing is not kept one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleAsk:
    """A rule's `start_flow` for the person of an event."""

    flow: str
    rule_id: int
    event: EventRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An entry that was asked for and refused, as it is kept."""

    workspace_id: int
    flow_id: int
    person_id: UUID
    event_id: UUID | None
    reason: str
    detail: Mapping[str, Any]


def asked_by(workspace_id: int, events: Sequence[EventRow], *, now: datetime) -> list[Action]:
    """Return the unsaved actions of the flows that the events would enter, in the order of the events.

    Events that are too late for their flow start nothing; why is kept in the caller's transaction.
    """
    flows = listening_flows(workspace_id)
    known = graphs(flow.live_id for flow in flows if flow.live_id is not None)
    by_name = _by_entry([(flow, known[flow.live_id]) for flow in flows if flow.live_id in known])
    asks: list[_Ask] = [
        (event, flow, graph, str(event.id), {}) for event in events for flow, graph in by_name.get(_entry_of(event), ())
    ]
    return _actions(workspace_id, asks, now=now)


def asked_by_rules(workspace_id: int, asks: Sequence[RuleAsk], *, now: datetime) -> list[Action]:
    """Return the unsaved actions of rule matches. A flow that was never published refuses; a name that is none asks
    nothing. Whether the flow is live is judged when the action is done.
    """
    flows = flows_by_key(workspace_id, {ask.flow for ask in asks}) if asks else {}
    known = graphs(flow.live_id for flow in flows.values() if flow.live_id is not None)
    found = [
        (ask.event, flow, known[flow.live_id], f"{ask.rule_id}:{ask.event.id}", {"rule_id": ask.rule_id})
        for ask in asks
        if (flow := flows.get(ask.flow)) is not None and flow.live_id in known
    ]
    drafts = [(flow, ask.event) for ask in asks if (flow := flows.get(ask.flow)) is not None and flow.live_id is None]
    refusal = Admission(reason="flow_draft")
    keep_refusals([_refused(workspace_id, flow, event, refusal) for flow, event in drafts], now=now)
    return _actions(workspace_id, found, now=now)


_Ask = tuple[EventRow, FlowNow, Graph, str, dict[str, Any]]


def _actions(workspace_id: int, asks: Sequence[_Ask], *, now: datetime) -> list[Action]:
    refused: list[Refused] = []
    actions: list[Action] = []
    for event, flow, graph, cause, more in asks:
        refusal = late(graph, happened=event.event_time, received=event.event_time + event.lateness)
        if refusal is None:
            actions.append(_action(workspace_id, flow, event, cause=cause, more=more, now=now))
        elif event.lateness <= IMPORT:
            refused.append(_refused(workspace_id, flow, event, refusal))
    keep_refusals(refused, now=now)
    return actions


def _by_entry(flows: Iterable[tuple[FlowNow, Graph]]) -> dict[tuple[EntryOn, str], list[tuple[FlowNow, Graph]]]:
    found: dict[tuple[EntryOn, str], list[tuple[FlowNow, Graph]]] = {}
    for flow, graph in flows:
        entry = graph.entry
        found.setdefault((entry.on, entry.event or entry.segment), []).append((flow, graph))
    return found


def _entry_of(event: EventRow) -> tuple[EntryOn, str]:
    if event.name == SEGMENT_ENTERED:
        return EntryOn.SEGMENT, str(event.properties.get("segment", ""))
    return EntryOn.EVENT, event.name


def _action(
    workspace_id: int, flow: FlowNow, event: EventRow, *, cause: str, more: Mapping[str, Any], now: datetime
) -> Action:
    entering = {"name": event.name, "at": event.event_time.isoformat(), "properties": event.properties}
    return Action(
        workspace_id=workspace_id,
        kind=START_FLOW,
        dedupe=derived("start", flow.id, event.person_id, cause),
        person_id=event.person_id,
        event_id=event.id,
        rule_id=more.get("rule_id"),
        payload={"flow_id": flow.id, "flow": flow.key, "event": entering, **more},
        created_at=now,
    )


def _refused(workspace_id: int, flow: FlowNow, event: EventRow, admission: Admission) -> Refused:
    return Refused(
        workspace_id=workspace_id,
        flow_id=flow.id,
        person_id=event.person_id,
        event_id=event.id,
        reason=admission.reason,
        detail=admission.detail,
    )


def keep_refusals(refused: Sequence[Refused], *, now: datetime) -> None:
    """Keep why entries did not become runs, in one statement."""
    if not refused:
        return
    with bulk_cursor() as cursor:
        cursor.execute(KEEP, {"now": now, "rows": msgspec.json.encode(refused).decode()})


KEEP: Final = """
insert into campaigns_entrydecision (workspace_id, flow_id, subject_id, event_id, at, reason, detail)
select workspace_id, flow_id, person_id, event_id, %(now)s, reason, detail
from jsonb_to_recordset(%(rows)s::jsonb) as x(
    workspace_id int, flow_id bigint, person_id uuid, event_id uuid, reason text, detail jsonb)
"""
