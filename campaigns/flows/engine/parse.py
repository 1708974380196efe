"""Turns the JSON of a flow into a `Graph`, or refuses it with every problem and the node that it is in."""

import json
from datetime import timedelta
from typing import Any, Final

from audiences.conditions import Condition
from campaigns.flows.engine.graph import (
    MAX_EXITS,
    Entry,
    EntryOn,
    ExitRule,
    Goal,
    Graph,
    Reentry,
)
from campaigns.flows.engine.nodes import SECOND, read_nodes
from campaigns.flows.engine.shape import Shape
from config.kit.errors import InputRefused
from config.kit.local_time import zone_named

FLOW_KEYS: Final = frozenset(
    ["key", "name", "kind", "entry", "exit", "goal", "holdout", "lateness", "zone", "first", "nodes", "note"]
)
MAX_BYTES: Final = 256 * 1024
LATENESS: Final = timedelta(hours=1)
LONGEST_GOAL: Final = timedelta(days=90)


def parse_flow(raw: Any) -> Graph:
    """Return the flow that `raw` defines; raise InputRefused naming every fault.

    What only matters once people enter (targets, loops, references) is for `checks.check` to find.
    """
    flow = Shape(raw if isinstance(raw, dict) else {}, "", "flow")
    if not isinstance(raw, dict):
        flow.fault(None, "a flow must be an object", "write it in braces")
    elif len(json.dumps(raw, ensure_ascii=False)) > MAX_BYTES:
        flow.fault(None, f"the definition is longer than {MAX_BYTES // 1024} kB", "split the flow")
    graph = None if flow.problems else _read(flow)
    if graph is None or flow.problems:
        raise InputRefused(flow.problems)
    return graph


def _read(flow: Shape) -> Graph:
    flow.only(FLOW_KEYS)
    key = flow.name("key")
    nodes = read_nodes(flow)
    return Graph(
        key=key,
        name=flow.text("name", default=key or "unnamed", most=300),
        kind=flow.choice("kind", ["journey"], default="journey"),
        entry=_entry(flow.inner("entry", "entry")),
        exits=tuple(_exit(item) for item in flow.items("exit", most=MAX_EXITS)),
        goal=_goal(flow.inner("goal", "goal")),
        holdout=flow.number("holdout", default=0, least=0, most=1),
        lateness=_lateness(flow),
        zone=_zone(flow),
        first=flow.name("first", default=next(iter(nodes), "start")),
        nodes=nodes,
    )


def _lateness(flow: Shape) -> timedelta:
    read = flow.duration("lateness", least=timedelta(0))
    return LATENESS if read is None else read


def _entry(entry: Shape) -> Entry:
    if not entry.raw:
        return Entry()
    entry.only(["on", "event", "segment", "if", "key", "reentry"])
    on = EntryOn(entry.choice("on", [kind.value for kind in EntryOn]) or EntryOn.RULE)
    _only_with(entry, "event", fits=on is EntryOn.EVENT)
    _only_with(entry, "segment", fits=on is EntryOn.SEGMENT)
    return Entry(
        on=on,
        event=entry.text("event", most=200) if on is EntryOn.EVENT else "",
        segment=entry.name("segment") if on is EntryOn.SEGMENT else "",
        condition=entry.condition("if"),
        key=_key(entry),
        reentry=_reentry(entry.inner("reentry")),
    )


def _only_with(entry: Shape, key: str, *, fits: bool) -> None:
    if key in entry.raw and not fits:
        entry.fault(key, f"{key} means nothing here", f'it belongs to "on": "{key}"')


def _key(entry: Shape) -> str:
    """Return the dotted path below `properties` whose value is the entry key."""
    path = entry.text("key", default="", most=200)
    if not path or (path.startswith("properties.") and all(path.split("."))):
        return path.removeprefix("properties.")
    entry.fault("key", f"{path!r} is no property of the event", "write properties. and its name")
    return ""


def _reentry(reentry: Shape) -> Reentry:
    reentry.only(["allowed", "after"])
    return Reentry(allowed=reentry.flag("allowed", default=False), after=reentry.duration("after", least=timedelta(0)))


def _exit(item: Shape) -> ExitRule:
    item.only(["event", "when"])
    if len(item.raw) != 1:
        item.fault(None, "an exit names either an event or a condition", 'write {"event": …} or {"when": …}')
    condition: Condition | None = item.condition("when")
    return ExitRule(event=item.text("event", most=200) if "event" in item.raw else "", when=condition)


def _goal(goal: Shape) -> Goal | None:
    if not goal.raw:
        return None
    goal.only(["event", "within"])
    within = goal.duration("within", least=SECOND)
    if within is not None and within > LONGEST_GOAL:
        goal.fault("within", f"a goal cannot be waited for longer than {LONGEST_GOAL.days}d", "shorten it")
    return Goal(event=goal.text("event", most=200), within=within)


def _zone(flow: Shape) -> str:
    zone = flow.text("zone", default="")
    if zone and zone_named(zone) is None:
        flow.fault("zone", f"{zone!r} is no time zone", "write an IANA name such as Asia/Shanghai")
    return zone
