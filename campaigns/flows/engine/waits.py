"""When a wait ends, and whether what it waits for has come."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from audiences.conditions import EventFact, evaluate, needs
from campaigns.flows.engine.exits import moment
from campaigns.flows.engine.graph import Await, Delay, Graph, Until
from campaigns.flows.engine.sight import Sight
from config.kit.local_time import (
    ZoneFound,
    next_time,
    resolve_zone,
    time_after_days,
    window_opening,
)


def target_of(
    node: Delay | Until, graph: Graph, *, since: datetime, sight: Sight
) -> tuple[datetime, Mapping[str, Any]]:
    """Return the instant at which the wait ends, counted from arrival, and how it was found."""
    if isinstance(node, Delay):
        return since + node.lasts, {}
    found = resolve_zone(_zones(node.zone, graph, sight))
    return _local_target(node, since, found), _zone_detail(found)


def _zones(zone: str, graph: Graph, sight: Sight) -> Sequence[tuple[str, object]]:
    last = [("workspace", sight.workspace_zone)]
    match zone:
        case "person":
            return [("person", sight.facts.traits.get("timezone")), ("flow", graph.zone), *last]
        case "workspace":
            return last
        case _:
            return [("node", zone), ("flow", graph.zone), *last]


def _local_target(node: Until, since: datetime, found: ZoneFound) -> datetime:
    if node.at is None:
        if node.opens is None or node.closes is None:
            raise ValueError(f"node {node.name!r} has neither a time nor a window")
        return window_opening(since, node.opens, node.closes, zone=found.zone, weekdays=node.weekdays)
    if node.days is not None:
        return time_after_days(since, node.at, days=node.days, zone=found.zone)
    return next_time(since, node.at, zone=found.zone, weekdays=node.weekdays, same_day=node.same_day)


def _zone_detail(found: ZoneFound) -> Mapping[str, Any]:
    detail: dict[str, Any] = {"zone": found.zone.key, "zone_from": found.source}
    return detail | {"zones_refused": list(found.refused)} if found.refused else detail


def event_awaited(node: Await, *, since: datetime, sight: Sight) -> EventFact | None:
    """Return the first event since arrival that satisfies the node, None if there is none."""
    if node.event is None:
        return None
    entry = sight.facts.event
    past = [event for name in needs(node.event).named for event in sight.facts.history.get(name, ())]
    for event in sorted([*past, *sight.events], key=moment):
        fresh = since <= event.at <= sight.now and (entry is None or moment(event) > moment(entry))
        if fresh and evaluate(node.event, replace(sight.facts, event=event, now=event.at)).held:
            return event
    return None
