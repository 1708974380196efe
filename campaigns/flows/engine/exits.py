"""What ends a run from outside its nodes, and what counts as its goal."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from audiences.conditions import EventFact, evaluate
from campaigns.flows.engine.graph import Graph
from campaigns.flows.engine.sight import ExitReason, Sight

_FIRST_ID = UUID(int=0)


def exit_of(graph: Graph, sight: Sight, *, goal: EventFact | None) -> tuple[ExitReason, Mapping[str, Any]] | None:
    """Return why the run ends now, with what shows it; None if it goes on."""
    if sight.stopped:
        return ExitReason.STOPPED, {}
    event = next(_later_events(sight, graph.exit_events), None)
    if event is not None:
        both = goal is not None and goal.name == event.name
        reason = ExitReason.CONVERTED if both else ExitReason.EXIT_EVENT
        return reason, {"event": as_json(event)}
    for rule in graph.exits:
        if rule.when is not None:
            verdict = evaluate(rule.when, sight.facts)
            if verdict.held:
                return ExitReason.NO_LONGER_MATCHES, {"verdict": verdict.as_json()}
    return None


def goal_of(graph: Graph, sight: Sight) -> EventFact | None:
    """Return the first event after entry that reaches the goal, within its time from the entering event."""
    goal, entry = graph.goal, sight.facts.event
    if goal is None or entry is None:
        return None
    for event in _later_events(sight, (goal.event,)):
        if goal.within is None or event.at - entry.at <= goal.within:
            return event
    return None


def _later_events(sight: Sight, names: Iterable[str]) -> Iterator[EventFact]:
    """Yield the events of those names that came after the entering one and not after now, oldest first."""
    wanted, entry = frozenset(names), sight.facts.event
    if not wanted or not (sight.events or sight.facts.history):
        return
    past = [event for name in wanted for event in sight.facts.history.get(name, ())]
    here = [event for event in sight.events if event.name in wanted]
    for event in sorted({moment(e): e for e in past + here}.values(), key=moment):
        if event.at <= sight.now and (entry is None or moment(event) > moment(entry)):
            yield event


def moment(event: EventFact) -> tuple[float, UUID]:
    """Return what events are ordered by: their time, then their order of arrival."""
    return event.at.timestamp(), event.id or _FIRST_ID


def as_json(event: EventFact) -> dict[str, Any]:
    """Return the event's id, name and time."""
    return {"id": str(event.id), "name": event.name, "at": event.at.isoformat()}
