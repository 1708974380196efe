"""Actions become runs: each is judged once, and the run goes as far as it can in the same transaction."""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import reduce
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from audiences.conditions import Needs
from audiences.facts.reader import load
from campaigns.actions.outbox import Failed, fail, refuse_stopped
from campaigns.flows.applying import apply_new
from campaigns.flows.asks import FLOW_UNKNOWN, Answered, Ask, Pasts, answer_asks, claim_asks, pasts_of, pending
from campaigns.flows.catalog import FlowNow, flows_by_id, graphs
from campaigns.flows.deciding import Graphs, People, decide, needs_of
from campaigns.flows.engine.admission import Admission, Past, admit
from campaigns.flows.engine.graph import Graph
from campaigns.flows.engine.reads import entry_needs
from campaigns.flows.entries import START_FLOW
from campaigns.flows.rows import RunRow
from config.kit.ids import derived
from config.kit.salvage import one_by_one_at_worst

BATCH: Final = 500
GROUPS: Final = 4
"""Starts of one person are judged one after the other: each group of people has one worker at a time."""
LOCK_CLASS: Final = 0x51_63


def drain_actions(now: datetime, *, limit: int = BATCH) -> int:
    """Do pending `start_flow` actions, one transaction for each group of people; return how many were done."""
    if not pending(now):
        return 0
    refuse_stopped(now=now)
    groups = random.sample(range(GROUPS), GROUPS)
    return sum(_drain_group(group, now, limit) for group in groups)


def _drain_group(group: int, now: datetime, limit: int) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s, %s)", [LOCK_CLASS, group])
        if not cursor.fetchone()[0]:
            return 0
        asks = claim_asks(group, groups=GROUPS, limit=limit, now=now)
        one_by_one_at_worst(asks, lambda part: start(part, now=now), spoilt=lambda ask, fault: _spoil(ask, fault, now))
    return len(asks)


def _spoil(ask: Ask, fault: Exception, now: datetime) -> None:
    """Try again later; in the end the action is parked with its fault, for an operator to see."""
    failed = Failed(
        id=ask.id,
        workspace_id=ask.workspace_id,
        kind=START_FLOW,
        person_id=ask.person_id,
        attempts=ask.attempts,
        reason=type(fault).__name__,
        detail=str(fault),
    )
    fail([failed], now=now)


def take_turn(person_id: UUID) -> None:
    """Wait until nobody else starts runs of this person's group; holds until the caller's transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, person_id.int % GROUPS])


def start(asks: Sequence[Ask], *, now: datetime) -> list[Answered]:
    """Judge the asks in their order and start what is admitted, in the caller's transaction and turn."""
    flows = flows_by_id({ask.flow_id for ask in asks})
    known = graphs({flow.live_id for flow in flows.values() if flow.live_id is not None})
    people = _people(asks, flows, known, now=now)
    answered = list(_judge(asks, flows, known, people, now=now))
    runs = [_run(a, flows[a.ask.flow_id], known, now=now) for a in answered if a.admission.granted]
    apply_new(decide(runs, now=now, people=people), now=now)
    answer_asks(answered, now=now)
    return answered


def _people(asks: Sequence[Ask], flows: dict[int, FlowNow], known: Graphs, *, now: datetime) -> People:
    found: People = {}
    for workspace_id in {ask.workspace_id for ask in asks}:
        own = [ask for ask in asks if ask.workspace_id == workspace_id]
        earliest = min(now, *(ask.event.at for ask in own))
        asked = {flow_id: _graph(flows.get(flow_id), known) for flow_id in {ask.flow_id for ask in own}}
        used = [graph for graph in asked.values() if graph is not None]
        needs = reduce(Needs.__or__, (entry_needs(g) | needs_of(g, since=now, now=now) for g in used), Needs())
        found = {
            **found,
            **load(workspace_id, {ask.person_id for ask in own}, needs, now=now, earliest=earliest),
        }
    return found


def _graph(flow: FlowNow | None, known: Graphs) -> Graph | None:
    return known.get(flow.live_id) if flow is not None and flow.live_id is not None else None


def _judge(
    asks: Sequence[Ask], flows: dict[int, FlowNow], known: Graphs, people: People, *, now: datetime
) -> Iterator[Answered]:
    used = [(ask, _graph(flows.get(ask.flow_id), known)) for ask in asks]
    pasts = pasts_of(asks, {ask.key_for(graph) for ask, graph in used if graph is not None})
    for ask in asks:
        admission = _admission(ask, flows.get(ask.flow_id), known, people, pasts, now=now)
        if admission.granted:
            past = pasts.get(ask.pair, Past())
            pasts[ask.pair] = past.with_run(admission.key, entered_at=now, live=True)
        yield Answered(ask=ask, admission=admission)


def _admission(
    ask: Ask, flow: FlowNow | None, known: Graphs, people: People, pasts: Pasts, *, now: datetime
) -> Admission:
    graph = _graph(flow, known)
    if flow is None or flow.workspace_id != ask.workspace_id:
        return Admission(reason=FLOW_UNKNOWN)
    if flow.state != "live" or graph is None:
        return Admission(reason=f"flow_{flow.state}")
    facts = people[ask.person_id].facts_at(ask.event)
    return admit(graph, facts=facts, past=pasts.get(ask.pair, Past()), now=now, given_key=ask.given_key)


def _run(answered: Answered, flow: FlowNow, known: Graphs, *, now: datetime) -> RunRow:
    """Return the run that an admitted ask becomes, standing at the first node."""
    ask, key, version_id = answered.ask, answered.admission.key, flow.live_id or 0
    graph = known[version_id]
    event = ask.event
    entry = {"id": event.id, "name": event.name, "at": event.at.isoformat(), "properties": event.properties}
    return RunRow(
        id=derived("run", flow.id, ask.person_id, key, 1),
        workspace_id=ask.workspace_id,
        flow_id=flow.id,
        version_id=version_id,
        subject_id=ask.person_id,
        entry_key=key,
        entry={**entry, "id": str(event.id), "by": ask.by, **({"body": ask.body} if ask.body else {})},
        entered_at=now,
        state="active",
        node=graph.first,
        visit=1,
        arrived_at=now,
        due_at=None,
        holdout=held_out(graph.holdout, flow_id=flow.id, person_id=ask.person_id),
        context={},
    )


def held_out(share: float, *, flow_id: int, person_id: UUID) -> bool:
    """Say whether the person belongs to the flow's holdout: the same person always gets the same answer."""
    return derived("holdout", flow_id, person_id).int % 1_000_000 < share * 1_000_000
