"""A node being edited: its settings as the fields of a form, and the fields back as a node of the definition."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.http import QueryDict

from audiences import builder
from audiences.builder import ConditionForm
from audiences.conditions import Place
from campaigns.flows.canvas.ports import led, port_text, ports, target

Raw = Mapping[str, Any]
TEXTS: Final[Mapping[str, tuple[str, ...]]] = {
    "wait": ("for",),
    "wait_until": ("timeout",),
    "send": ("channel", "template", "purpose", "on_error", "on_cap", "on_quiet"),
}
UNTIL: Final = ("time", "from", "to", "zone", "days", "same_day")
DAYS: Final = tuple("1234567")
MOST_CASES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way out, as a field: where it leads now."""

    port: str
    name: str
    text: str
    to: str


@dataclass(slots=True, kw_only=True)
class NodeFields:
    """What the form of a node holds: texts as typed, conditions by their prefix, where each way leads."""

    kind: str
    before: Raw
    texts: dict[str, str] = field(default_factory=dict)
    how: str = "for"
    weekdays: list[str] = field(default_factory=list)
    conditions: dict[str, ConditionForm] = field(default_factory=dict)
    targets: dict[str, str] = field(default_factory=dict)
    asked: bool = False

    def node(self) -> dict[str, Any]:
        """Return the node that the form says, right or not."""
        written: dict[str, Any] = {"do": self.kind} | _WRITERS.get(self.kind, _kept)(self)
        for port in ports(written):
            written = led(written, port, self.targets.get(port, ""))
        return written

    def ways(self) -> list[Way]:
        """Return the ways out, each as a field."""
        node = {"do": self.kind, "cases": [{}] * len(self.conditions)} if self.kind == "branch" else self.before
        return [
            Way(port=port, name=f"to-{port}", text=port_text(node, port), to=self.targets.get(port, ""))
            for port in ports(node)
        ]


def _said(form: NodeFields) -> dict[str, Any]:
    return {name: form.texts[name] for name in TEXTS.get(form.kind, ()) if form.texts.get(name)}


def _kept(form: NodeFields) -> dict[str, Any]:
    return {name: value for name, value in form.before.items() if name != "do"}


def _wait(form: NodeFields) -> dict[str, Any]:
    if form.how == "for":
        return {"for": form.texts.get("for", "")}
    texts = form.texts
    until: dict[str, Any] = {"zone": texts.get("zone") or "person"}
    if form.how == "time":
        until["time"] = texts.get("time", "")
        until |= {"days": int(texts["days"])} if texts.get("days", "").isdecimal() else {}
        until |= {"same_day": texts["same_day"]} if texts.get("same_day") else {}
    else:
        until["window"] = {"from": texts.get("from", ""), "to": texts.get("to", "")}
    if 0 < len(form.weekdays) < len(DAYS):
        until["weekdays"] = [int(day) for day in form.weekdays]
    return {"until": until}


def _wait_until(form: NodeFields) -> dict[str, Any]:
    return _said(form) | {
        name: one.definition() for name in ("if", "event") if (one := form.conditions[name]).root.inside()
    }


def _branch(form: NodeFields) -> dict[str, Any]:
    cases = form.conditions.values()
    return {"cases": [{"if": one.definition()} if one.root.inside() else {} for one in cases]}


_WRITERS: Final = {"wait": _wait, "wait_until": _wait_until, "branch": _branch, "send": _said}


def of(node: Raw, workspace_id: int) -> NodeFields:
    """Return the form of a node."""
    kind = str(node.get("do", ""))
    until = _part(node.get("until"))
    flat = {**until, **_part(until.get("window")), **{name: node.get(name, "") for name in TEXTS.get(kind, ())}}
    days = until.get("weekdays", [])
    return NodeFields(
        kind=kind,
        before=node,
        texts={name: str(flat.get(name, "")) for name in (*TEXTS.get(kind, ()), *UNTIL)},
        how="window" if "window" in until else "time" if until else "for",
        weekdays=[str(day) for day in days] if isinstance(days, list) else [],
        conditions={name: _condition(raw, workspace_id, name) for name, raw in _conditions(node)},
        targets={port: target(node, port) for port in ports(node)},
    )


def _conditions(node: Raw) -> list[tuple[str, Any]]:
    if node.get("do") == "wait_until":
        return [(name, node.get(name)) for name in ("event", "if")]
    cases = node.get("cases")
    found = cases if node.get("do") == "branch" and isinstance(cases, list) else []
    return [(f"case{place}", _part(case).get("if")) for place, case in enumerate(found)]


def posted(data: QueryDict, workspace_id: int, *, before: Raw) -> NodeFields:
    """Return the form as it was sent, after the step that a button asks for."""
    kind = str(before.get("do", ""))
    many = int(data.get("cases", "0")) if data.get("cases", "0").isdecimal() else 0
    names = ["event", "if"] if kind == "wait_until" else [f"case{n}" for n in range(min(many, MOST_CASES))]
    forms = {name: builder.posted(data, workspace_id, place=Place.EVENT, prefix=name, path="/if") for name in names}
    form = NodeFields(
        kind=kind,
        before=before,
        texts={name: data.get(name, "").strip() for name in (*TEXTS.get(kind, ()), *UNTIL)},
        how=data.get("how", "for"),
        weekdays=[day for day in data.getlist("weekdays") if day in DAYS],
        conditions=forms if kind in ("wait_until", "branch") else {},
        targets={name.removeprefix("to-"): data.get(name, "") for name in data if name.startswith("to-")},
        asked=any(one.asked for one in forms.values()),
    )
    _stepped(form, data.get("do", ""), workspace_id)
    return form


def _stepped(form: NodeFields, asked: str, workspace_id: int) -> None:
    """Add a case, or take one out: what is behind it moves up."""
    if form.kind != "branch" or asked not in {"case:add", *(f"case:drop:{n}" for n in range(MOST_CASES))}:
        return
    form.asked = True
    ways = [form.targets.get(f"cases/{place}/next", "") for place in range(len(form.conditions))]
    raw = [one.definition() if one.root.inside() else None for one in form.conditions.values()]
    if asked == "case:add" and len(raw) < MOST_CASES:
        raw, ways = [*raw, None], [*ways, ""]
    elif asked != "case:add" and (gone := int(asked.rpartition(":")[2])) < len(raw):
        del raw[gone], ways[gone]
    form.conditions = {f"case{n}": _condition(one, workspace_id, f"case{n}") for n, one in enumerate(raw)}
    form.targets = {"else": form.targets.get("else", "")} | {f"cases/{n}/next": to for n, to in enumerate(ways)}


def _condition(raw: Any, workspace_id: int, name: str) -> ConditionForm:
    if isinstance(raw, Mapping) and raw:
        return builder.of(raw, workspace_id, place=Place.EVENT, prefix=name, path="/if")
    return builder.blank(workspace_id, place=Place.EVENT, prefix=name, path="/if")


def _part(raw: Any) -> Raw:
    return raw if isinstance(raw, Mapping) else {}
