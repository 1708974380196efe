"""A draft in words: what each node says, what is wrong with it, and what two definitions differ in."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from audiences.conditions import Place, parse, summary
from campaigns.flows.canvas.ports import port_text, ports, target
from campaigns.flows.canvas.shaping import nodes_of
from campaigns.flows.labels import label_of_node
from campaigns.flows.wording import node_text
from config.kit.errors import InputRefused, Problem
from config.kit.spoken import told

Raw = Mapping[str, Any]


def said(node: Raw) -> str:
    """Say what a node does; empty while its settings make no sense yet: its problems say what is missing."""
    try:
        return node_text(node) or _case_text(node)
    except (KeyError, ValueError, TypeError, AttributeError):  # a draft may hold anything
        return ""


def _case_text(node: Raw) -> str:
    raw = node.get("if") or node.get("event")
    cases = node.get("cases")
    if raw is None and isinstance(cases, list) and cases and isinstance(cases[0], Mapping):
        raw = cases[0].get("if")
    return condition_text(raw)


def condition_text(raw: Any) -> str:
    """Say a condition as a sentence; empty while it cannot be read."""
    try:
        return summary(parse(raw, place=Place.EVENT), get_language() or "en") if raw else ""
    except InputRefused:
        return ""


def by_node(problems: Sequence[Problem]) -> dict[str, list[str]]:
    """Return what is wrong, in words, by the node that it is in; under "" what belongs to none."""
    found: dict[str, list[str]] = {}
    for problem in problems:
        parts = problem.path.split("/")
        name = parts[2] if len(parts) > 2 and parts[1] == "nodes" else ""
        found.setdefault(name.replace("~1", "/").replace("~0", "~"), []).append(told(problem))
    return found


def changes(old: Raw, new: Raw) -> list[dict[str, str]]:
    """Return what must be done to `old` to make it `new`: which node, how it changed, and that in words."""
    before, after = nodes_of(old), nodes_of(new)
    found = [{"node": "", "what": "changed", "said": text} for text in _rest_changes(old, new)]
    for name in dict.fromkeys([*after, *before]):
        if name not in before:
            found.append({"node": name, "what": "added", "said": _named(after[name])})
        elif name not in after:
            found.append({"node": name, "what": "removed", "said": _named(before[name])})
        elif before[name] != after[name]:
            found.append({"node": name, "what": "changed", "said": _difference(before[name], after[name])})
    return found


def _rest_changes(old: Raw, new: Raw) -> list[str]:
    words = {"entry": _("who enters"), "exit": _("who leaves"), "goal": _("the goal"), "name": _("the name")}
    words |= {"holdout": _("the control group"), "first": _("where it begins")}
    return [text for name, text in words.items() if (old.get(name) or None) != (new.get(name) or None)]


def _named(node: Raw) -> str:
    text = said(node)
    return f"{label_of_node(str(node.get('do', ''))).text}{': ' if text else ''}{text}"


def _difference(old: Raw, new: Raw) -> str:
    parts = []
    if (one := _named(old)) != (other := _named(new)):
        parts.append(f"{one} → {other}")
    parts += [
        f"{port_text(new if port in ports(new) else old, port)} {was or '–'} → {now or '–'}".strip()
        for port in dict.fromkeys([*ports(old), *ports(new)])
        if (was := _target(old, port)) != (now := _target(new, port))
    ]
    return "; ".join(parts) or _("its settings")


def _target(node: Raw, port: str) -> str:
    return target(node, port) if port in ports(node) else ""
