"""Makes graphs and sights for tests of the pure engine."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from audiences.conditions import EventFact, Facts
from campaigns.flows.engine.graph import Graph
from campaigns.flows.engine.machine import advance
from campaigns.flows.engine.parse import parse_flow
from campaigns.flows.engine.sight import Decision, Sight, Standing

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DONE = {"do": "exit"}


def definition(nodes: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return {"key": "flow", "entry": {"on": "event", "event": "sign_up"}, "nodes": nodes, **parts}


def graph(nodes: dict[str, Any], **parts: Any) -> Graph:
    return parse_flow(definition(nodes, **parts))


def event(name: str = "sign_up", *, at: datetime = NOW, number: int = 1, **properties: Any) -> EventFact:
    return EventFact(name=name, at=at, properties=properties, id=UUID(int=number))


def sight(
    now: datetime = NOW, *, entry: EventFact | None = None, past: tuple[EventFact, ...] = (), **more: Any
) -> Sight:
    history: dict[str, list[EventFact]] = {}
    for happened in sorted(past, key=lambda e: e.at):
        history.setdefault(happened.name, []).append(happened)
    facts = Facts(now=now, traits=more.pop("traits", {}), event=entry or event(), history=history)
    return Sight(facts=facts, **more)


def standing(node: str, *, visit: int = 1, since: datetime = NOW) -> Standing:
    return Standing(node=node, visit=visit, since=since)


def go(flow: Graph, at: Standing | None = None, seen: Sight | None = None) -> Decision:
    return advance(flow, standing=at or standing(flow.first), sight=seen or sight())


def passed(decision: Decision) -> list[tuple[str, str]]:
    return [(step.node, step.outcome) for step in decision.steps]


def hours(n: float) -> timedelta:
    return timedelta(hours=n)
