"""Shows the engine what it needs for many runs at once, and takes its decisions; a run that breaks stands alone."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from typing import Final
from uuid import UUID

from audiences.conditions import EventFact, Facts, Needs
from audiences.facts.reader import PersonFacts, load
from campaigns.delivery.intents import Intent
from campaigns.delivery.models import Delivery
from campaigns.delivery.settled import settled
from campaigns.flows.catalog import FlowNow, flows_by_id, graphs
from campaigns.flows.engine.graph import Graph, OnError, Send
from campaigns.flows.engine.machine import advance
from campaigns.flows.engine.reads import run_needs, since_entry
from campaigns.flows.engine.sight import Decision, ExitReason, Message, MessageState, Sight, StepTaken
from campaigns.flows.rows import Moved, RunRow

log = logging.getLogger(__name__)
People = Mapping[UUID, PersonFacts]
Events = Mapping[UUID, Sequence[EventFact]]
Graphs = Mapping[int, Graph]
_MARGIN: Final = timedelta(hours=1)
_STATES: Final = {
    Delivery.State.SENT: MessageState.SENT,
    Delivery.State.FAILED: MessageState.FAILED,
    Delivery.State.BLOCKED: MessageState.BLOCKED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What is known around a batch of runs: flows as they are now, graphs, people, messages waited for."""

    flows: Mapping[int, FlowNow]
    graphs: Graphs
    people: People
    messages: Mapping[UUID, Message]
    now: datetime


def decide(
    runs: Sequence[RunRow], *, now: datetime, events: Events | None = None, people: People | None = None
) -> list[Moved]:
    """Return what each run does now; `events` are those that just came, by person; `people` what is known already."""
    known = graphs({run.version_id for run in runs})
    around = Surroundings(
        flows=flows_by_id({run.flow_id for run in runs}),
        graphs=known,
        people=load_people(runs, known, now=now) if people is None else people,
        messages=_messages(runs, known),
        now=now,
    )
    return [Moved(run=run, decision=_decide(run, around, (events or {}).get(run.subject_id, ()))) for run in runs]


def _decide(run: RunRow, around: Surroundings, events: Sequence[EventFact]) -> Decision:
    try:
        graph = around.graphs[run.version_id]
        return advance(graph, standing=run.standing, sight=_sight(run, around, events))
    except Exception as error:  # whatever it is, it is this run's alone
        log.exception("run %s broke at node %s", run.id, run.node)
        return broken(run, error, now=around.now)


def broken(run: RunRow, error: Exception, *, now: datetime) -> Decision:
    """Return the decision that ends a run that cannot go on, with what is known about why."""
    detail = {"error": type(error).__name__, "message": str(error)[:300], "node": run.node}
    step = StepTaken(
        node=run.node, visit=run.visit, entered_at=run.arrived_at, left_at=now, outcome="error", detail=detail
    )
    return Decision(standing=run.standing, steps=(step,), reason=ExitReason.ERROR, detail=detail)


def _sight(run: RunRow, around: Surroundings, events: Sequence[EventFact]) -> Sight:
    flow = around.flows[run.flow_id]
    return Sight(
        facts=facts_of(around.people[run.subject_id], run.entering_event, now=around.now),
        subject=run.subject_id,
        events=tuple(events),
        workspace_zone=flow.zone,
        paused=flow.state == "paused",
        stopped=flow.state == "stopped",
        holdout=run.holdout,
        goal_met="goal" in run.context,
        message=around.messages.get(run.id),
    )


def facts_of(person: PersonFacts, entering: EventFact | None, *, now: datetime) -> Facts:
    """Return what is known of the person now, with the entering event in sight (E6)."""
    return person.facts(now, event=entering)


def load_people(runs: Iterable[RunRow], known: Graphs, *, now: datetime) -> People:
    """Load the facts of the runs' people: what their flows' conditions read, and the events since their entry."""
    by_workspace: defaultdict[int, list[RunRow]] = defaultdict(list)
    for run in runs:
        by_workspace[run.workspace_id].append(run)
    people: dict[UUID, PersonFacts] = {}
    for workspace_id, own in by_workspace.items():
        needs = reduce(Needs.__or__, _needs(own, known, now), Needs())
        people |= load(workspace_id, {run.subject_id for run in own}, needs, now=now)
    return people


def _needs(runs: Sequence[RunRow], known: Graphs, now: datetime) -> Iterable[Needs]:
    oldest: dict[int, datetime] = {}
    for run in runs:
        oldest[run.version_id] = min(run.entered_at, oldest.get(run.version_id, now))
    for version_id, entered_at in oldest.items():
        if version_id in known:
            yield needs_of(known[version_id], since=entered_at, now=now)


def needs_of(graph: Graph, *, since: datetime, now: datetime) -> Needs:
    """Return what runs of the graph that began at `since` need; their entering events may be a little older."""
    return run_needs(graph) | since_entry(graph, window=now - since + graph.lateness + _MARGIN)


def _messages(runs: Iterable[RunRow], known: Graphs) -> dict[UUID, Message]:
    """Return what became of the messages that runs wait for: those at a send that aborts on error."""
    keys: dict[UUID, UUID] = {}
    for run in runs:
        node = known[run.version_id].nodes.get(run.node) if run.version_id in known else None
        if isinstance(node, Send) and node.on_error is OnError.ABORT:
            keys[run.id] = message_key(run, node, visit=run.visit)
    found = settled(keys.values()) if keys else {}
    return {
        run_id: Message(state=_STATES.get(found[key].state, MessageState.OPEN), reason=found[key].reason)
        for run_id, key in keys.items()
        if key in found
    }


def message_key(run: RunRow, node: Send, *, visit: int) -> UUID:
    """Return the send key of the message that the run opens at its visit to the node."""
    return intent_of(run, node, visit=visit, template_version_id=0).id


def intent_of(run: RunRow, node: Send, *, visit: int, template_version_id: int) -> Intent:
    """Return the message that the run opens at its visit to the node; the send key leaves the template out."""
    return Intent(
        workspace_id=run.workspace_id,
        flow_id=run.flow_id,
        node=node.name,
        run_id=run.id,
        person_id=run.subject_id,
        channel=node.channel,
        purpose=node.purpose,
        template_version_id=template_version_id,
        attempt_group=visit,
        on_cap=node.on_cap,
        on_quiet=node.on_quiet,
    )
