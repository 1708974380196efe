"""Says flows and steps in words: the outline of a definition, and what a run met at each node."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audiences.conditions import durations
from audiences.wording import Line, condition_line, verdict_line
from campaigns.flows.labels import label_of_node, outcome_text
from campaigns.flows.models import Run, Step
from config.kit.channels import channel_text, purpose_text
from config.kit.labels import Label
from config.kit.templatetags.kit import exact_duration

Parts = Mapping[str, Any]
WEEKDAYS: Final = (
    gettext_lazy("Mon"),
    gettext_lazy("Tue"),
    gettext_lazy("Wed"),
    gettext_lazy("Thu"),
    gettext_lazy("Fri"),
    gettext_lazy("Sat"),
    gettext_lazy("Sun"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way out of a node: when it is taken, and where it leads."""

    to: str
    when: str = ""
    line: Line | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeLine:
    """One node of the outline, with the runs that stand there and those that came by."""

    name: str
    label: Label
    text: str
    ways: tuple[Way, ...]
    line: Line | None
    inside: int
    passed: int


def outline(definition: Parts, *, inside: Mapping[str, int], passed: Mapping[str, int]) -> list[NodeLine]:
    """Return the nodes from the first on, in the order in which a run may meet them."""
    nodes: Parts = definition.get("nodes", {})
    first = definition.get("first") or next(iter(nodes), "")
    return [
        NodeLine(
            name=name,
            label=label_of_node(nodes[name].get("do", "")),
            text=node_text(nodes[name]),
            ways=tuple(_ways(nodes[name])),
            line=condition_line(nodes[name]["if"]) if nodes[name].get("if") else None,
            inside=inside.get(name, 0),
            passed=passed.get(name, 0),
        )
        for name in _in_order(nodes, first)
    ]


def _in_order(nodes: Parts, first: str) -> list[str]:
    """Nodes in depth-first order, ends after all others; what cannot be reached comes last, so nothing is hidden."""
    found: dict[str, None] = {}
    waiting = [first]
    while waiting:
        name = waiting.pop()
        if name in nodes and name not in found:
            found[name] = None
            waiting += reversed([way.to for way in _ways(nodes[name])])
    reached = sorted(found, key=lambda name: nodes[name].get("do") == "exit")
    return [*reached, *(name for name in nodes if name not in found)]


def _ways(node: Parts) -> Iterator[Way]:
    for number, case in enumerate(node.get("cases", ()), start=1):
        line = condition_line(case["if"])
        yield Way(to=case["next"], when=_("case %(number)s") % {"number": number}, line=line)
    if "else" in node:
        yield Way(to=node["else"], when=_("else"))
    for arm in node.get("arms", ()):
        yield Way(to=arm["next"], when=f"{arm['weight']}")
    if "next" in node:
        yield Way(to=node["next"], when=_("met") if node.get("do") == "wait_until" else "")
    if "on_timeout" in node:
        yield Way(to=node["on_timeout"], when=_("time ran out"))


def node_text(node: Parts) -> str:
    """Say what a node does."""
    match node.get("do"):
        case "wait" if "for" in node:
            return exact_duration(durations.read(node["for"]))
        case "wait":
            return _until_text(node.get("until", {}))
        case "wait_until":
            return _("at most %(length)s") % {"length": exact_duration(durations.read(node["timeout"]))}
        case "send":
            return _("%(template)s by %(channel)s (%(purpose)s)") % {
                "template": node.get("template", ""),
                "channel": channel_text(node.get("channel", "")),
                "purpose": purpose_text(node.get("purpose", "marketing")),
            }
        case _:
            return ""


def _until_text(until: Parts) -> str:
    if "window" in until:
        window = until["window"]
        text = _("between %(start)s and %(end)s") % {"start": window.get("from"), "end": window.get("to")}
    else:
        text = _("until %(time)s") % {"time": until.get("time", "")}
    if until.get("weekdays"):
        text += " · " + weekdays_text(until["weekdays"])
    if until.get("days"):
        text += " · " + _("after %(n)s calendar days") % {"n": until["days"]}
    return f"{text} · {zone_text(until.get('zone', 'person'))}"


def weekdays_text(days: Sequence[int]) -> str:
    """Say weekdays (1 is Monday), three and more in a row as a span: Mon–Fri, Sun."""
    rows: list[list[int]] = []
    for day in sorted(set(days)):
        if rows and rows[-1][-1] == day - 1:
            rows[-1].append(day)
        else:
            rows.append([day])
    return _(", ").join(_row_of_days(row) for row in rows)


def _row_of_days(row: Sequence[int]) -> str:
    names = [str(WEEKDAYS[day - 1]) for day in row]
    if len(row) > 2:
        return _("%(first)s–%(last)s") % {"first": names[0], "last": names[-1]}
    return _(", ").join(names)


def goal_text(definition: Parts) -> str:
    """Say what a flow is to bring about."""
    goal: Parts = definition.get("goal") or {}
    if not goal.get("within"):
        return str(goal.get("event", ""))
    length = exact_duration(durations.read(goal["within"]))
    return _("%(event)s within %(length)s") % {"event": goal.get("event", ""), "length": length}


def zone_text(zone: str) -> str:
    """Say whose time of day is meant."""
    if zone == "person":
        return _("the person's time")
    return _("the workspace's time") if zone == "workspace" else zone


def entry_text(definition: Parts) -> str:
    """Say how a flow is entered."""
    entry: Parts = definition.get("entry", {})
    match entry.get("on"):
        case "event":
            return _("on the event %(name)s") % {"name": entry.get("event", "")}
        case "segment":
            return _("on entering the segment %(name)s") % {"name": entry.get("segment", "")}
        case "rule":
            return _("started by a rule")
        case "api":
            return _("through the API")
        case other:
            return str(other or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """One step of a run as it is shown."""

    step: Step
    label: Label
    outcome: str
    to: str
    lines: tuple[Line, ...]
    due_at: datetime | None


def step_line(step: Step, *, run: Run) -> StepLine:
    """Say what a run met at a node and how it went on."""
    node = run.version.definition.get("nodes", {}).get(step.node, {})
    return StepLine(
        step=step,
        label=label_of_node(node.get("do", "")),
        outcome=outcome_text(step.outcome) if step.outcome else "",
        to=step.detail.get("next", ""),
        lines=tuple(_verdicts(step.detail)),
        due_at=run.due_at if step.left_at is None else None,
    )


def _verdicts(detail: Parts) -> Iterator[Line]:
    if isinstance(detail.get("verdict"), dict):
        yield verdict_line(detail["verdict"])
    for case in detail.get("cases", ()):
        yield verdict_line(case)
