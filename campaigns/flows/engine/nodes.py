"""Reads the nodes of a flow: one reader for each kind, found by its name."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from campaigns.flows.engine.graph import (
    MAX_ARMS,
    MAX_CASES,
    MAX_NODES,
    MAX_WEIGHT,
    Arm,
    Await,
    Branch,
    Case,
    Delay,
    Exit,
    Node,
    OnError,
    Send,
    Split,
    Until,
)
from campaigns.flows.engine.shape import NAME, Shape, pointer
from config.kit.local_time import EVERY_DAY, zone_named
from config.kit.phrases import phrase

SECOND: Final = timedelta(seconds=1)
MAX_DAYS: Final = 366

Reader = Callable[[Shape, str], Node]


def read_nodes(flow: Shape) -> Mapping[str, Node]:
    """Return the nodes by name, in written order."""
    raw = flow.inner("nodes").raw
    if not raw:
        flow.fault("nodes", "a flow needs at least one node", 'add "nodes": {"done": {"do": "exit"}}')
    if len(raw) > MAX_NODES:
        flow.fault("nodes", f"{len(raw)} nodes are too many; at most {MAX_NODES} are allowed", "split the flow")
        return {}
    found = {name: _read_node(flow, name, raw[name]) for name in raw}
    return {name: node for name, node in found.items() if node is not None}


def _read_node(flow: Shape, name: str, raw: Any) -> Node | None:
    path = pointer(flow.path, "nodes", name)
    node = Shape(
        raw if isinstance(raw, Mapping) else {}, path, phrase("node %(name)s", name=repr(name[:100])), flow.problems
    )
    if not NAME.fullmatch(name):
        node.fault(None, "this is no name for a node", "use letters, digits, dots, dashes and underscores")
    if not isinstance(raw, Mapping):
        node.fault(None, "a node must be an object", 'write {"do": …}')
        return None
    kind = node.choice("do", READERS)
    return READERS[kind](node, name) if kind else None


def _wait(node: Shape, name: str) -> Node:
    node.only(["do", "for", "until", "next"])
    if ("for" in node.raw) == ("until" in node.raw):
        node.fault(None, "a wait has either for or until", 'write "for": "1h" or "until": {"time": "09:00"}')
    if "until" in node.raw:
        return _until(node.inner("until"), name, next_node=node.name("next"))
    lasts = node.duration("for", least=SECOND) or SECOND
    return Delay(name=name, lasts=lasts, next=node.name("next"))


def _until(until: Shape, name: str, *, next_node: str) -> Until:
    until.only(["time", "window", "weekdays", "zone", "days", "same_day"])
    if ("time" in until.raw) == ("window" in until.raw):
        until.fault(None, "until has either time or window", 'write "time": "09:00"')
    window = until.inner("window")
    window.only(["from", "to"])
    opens = window.clock("from") if window.raw else None
    closes = window.clock("to") if window.raw else None
    if opens is not None and opens == closes:
        window.fault("to", "the window is empty", "let it end at another time than it starts")
    return Until(
        name=name,
        next=next_node,
        at=until.clock("time") if "time" in until.raw else None,
        opens=opens,
        closes=closes,
        days=_days(until),
        weekdays=_weekdays(until),
        zone=_zone(until),
        same_day=until.choice("same_day", ["allowed", "next_week"], default="allowed") != "next_week",
    )


def _days(until: Shape) -> int | None:
    if "days" not in until.raw:
        return None
    if "window" in until.raw or "weekdays" in until.raw:
        until.fault("days", "days go with a time alone", "leave out window and weekdays")
    days = until.raw["days"]
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= MAX_DAYS:
        until.fault("days", f"days must be a whole number from 1 to {MAX_DAYS}")
        return None
    return days


def _weekdays(until: Shape) -> frozenset[int]:
    raw = until.raw.get("weekdays")
    if raw is None:
        return EVERY_DAY
    valid = isinstance(raw, list) and bool(raw) and all(type(day) is int and 1 <= day <= 7 for day in raw)
    if not valid:
        until.fault("weekdays", "weekdays must be a list of numbers from 1 (Monday) to 7 (Sunday)")
        return EVERY_DAY
    return frozenset(raw)


def _zone(until: Shape) -> str:
    zone = until.text("zone", default="person")
    if zone not in ("", "person", "workspace") and zone_named(zone) is None:
        until.fault("zone", f"{zone!r} is no time zone", "write person, workspace or an IANA name")
    return zone


def _wait_until(node: Shape, name: str) -> Node:
    node.only(["do", "if", "event", "timeout", "next", "on_timeout"])
    condition, event = node.condition("if"), node.condition("event")
    if "if" not in node.raw and "event" not in node.raw:
        node.fault(
            None, phrase("a wait_until waits for nothing"), phrase("add if (a condition) or event (what is to come)")
        )
    if "timeout" not in node.raw:
        node.fault("timeout", "timeout is missing", 'every wait for something ends: add "timeout": "3d"')
    timeout = node.duration("timeout", least=SECOND) or SECOND
    following = node.name("next")
    return Await(
        name=name,
        condition=condition,
        event=event,
        timeout=timeout,
        next=following,
        on_timeout=node.name("on_timeout", default=following or "done"),
    )


def _branch(node: Shape, name: str) -> Node:
    node.only(["do", "cases", "else"])
    items = node.items("cases", most=MAX_CASES)
    if not items:
        node.fault("cases", phrase("a branch needs at least one case"), 'add {"if": …, "next": …}')
    cases = [case for item in items if (case := _case(item)) is not None]
    return Branch(name=name, cases=tuple(cases), otherwise=node.name("else"))


def _case(item: Shape) -> Case | None:
    item.only(["if", "next"])
    if "if" not in item.raw:
        item.fault("if", phrase("%(key)s is missing", key="if"), phrase("say when this case is taken"))
    condition, following = item.condition("if"), item.name("next")
    return Case(condition=condition, next=following) if condition is not None else None


def _split(node: Shape, name: str) -> Node:
    node.only(["do", "arms"])
    items = node.items("arms", most=MAX_ARMS)
    if len(items) < 2:
        node.fault("arms", phrase("a split needs at least two arms"), 'add {"weight": 50, "next": …}')
    arms = tuple(_arm(item) for item in items)
    if items and not any(arm.weight for arm in arms):
        node.fault("arms", phrase("nobody could go on: all weights are 0"), phrase("give one arm a weight"))
    return Split(name=name, arms=arms)


def _arm(item: Shape) -> Arm:
    item.only(["weight", "next"])
    if "weight" not in item.raw:
        item.fault("weight", phrase("weight is missing"), phrase("say how large this arm is beside the others"))
    weight = item.number("weight", default=0, least=0, most=MAX_WEIGHT)
    return Arm(weight=weight, next=item.name("next"))


def _send(node: Shape, name: str) -> Node:
    node.only(["do", "channel", "template", "purpose", "next", "on_error", "on_cap", "on_quiet", "fallback"])
    if node.raw.get("fallback"):
        node.fault("fallback", "fallback channels cannot be used yet", "leave fallback out")
    return Send(
        name=name,
        channel=node.name("channel"),
        template=node.name("template"),
        purpose=node.name("purpose", default="marketing"),
        next=node.name("next"),
        on_error=OnError(node.choice("on_error", [kind.value for kind in OnError], default="continue") or "continue"),
        on_cap=node.choice("on_cap", ["skip", "defer"], default="skip"),
        on_quiet=node.choice("on_quiet", ["postpone", "drop"], default="postpone"),
    )


def _exit(node: Shape, name: str) -> Node:
    node.only(["do"])
    return Exit(name=name)


READERS: Final[Mapping[str, Reader]] = {
    "wait": _wait,
    "wait_until": _wait_until,
    "branch": _branch,
    "split": _split,
    "send": _send,
    "exit": _exit,
}
