"""The pages that a flow is designed on without a canvas: a new one, its outline, one node, who enters."""

import re
from collections.abc import Mapping
from typing import Any, Final

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from audiences.builder.catalogue import known
from audiences.builder.showing import shown as shown_condition
from audiences.segments.lookups import names_of_segments
from campaigns.flows.canvas import drafts, fields, shaping, start
from campaigns.flows.canvas.models import FlowDraft
from campaigns.flows.canvas.outline import lines
from campaigns.flows.canvas.telling import by_node
from campaigns.flows.labels import NODES, label_of_flow, label_of_node
from campaigns.flows.models import Flow
from campaigns.flows.wording import WEEKDAYS
from compliance.access.console import ConsoleRequest, actor_of, console_form
from compliance.access.forms import submit
from config.kit import clock
from config.kit.channels import CHANNELS, PURPOSES
from config.kit.errors import InputRefused
from config.kit.forms import Form
from config.kit.pages import is_part, page
from config.kit.strict_json import Malformed
from config.kit.versions import digest
from content.library.templates import templates

KINDS: Final = {kind: NODES[kind] for kind in shaping.STARTS}
PARTS: Final = {"flow-draft": "draft", "node-form": "form", "canvas-inspector": "form", "flow-new": "new"}


def found(request: ConsoleRequest, key: str) -> tuple[Flow, FlowDraft | None]:
    """Return a journey of the workspace and its draft, or answer 404."""
    held = drafts.held(request.workspace.pk, key)
    if held is None:
        raise Http404
    return held


def around(flow: Flow, draft: FlowDraft | None, tab: str) -> dict[str, Any]:
    """Return what the head of each page of the editor shows."""
    definition = drafts.shown(flow)["definition"]
    wrong = by_node(drafts.problems(flow.workspace_id, definition))
    return {
        "flow": flow,
        "label": label_of_flow(flow.state),
        "draft": draft,
        "revision": draft.revision if draft else 0,
        "owner": draft.author if draft else flow.live.author if flow.live else "",
        "tab": tab,
        "wrong": wrong,
        "general": wrong.get("", []),
        "issues": sum(len(some) for some in wrong.values()),
        "definition": definition,
    }


@console_form
def new(request: ConsoleRequest) -> HttpResponse:
    """Begin a journey: its name and the event that people enter by."""
    if request.method != "POST":
        return _new_page(request, Form(id="flow-new", values={}))
    name, event = request.POST.get("name", "").strip(), request.POST.get("event", "").strip()
    key = request.POST.get("key", "").strip() or _key_from(name)

    def act() -> None:
        entry = {"on": "event", "event": event} if event else {"on": "api"}
        named = name[:300] or key
        drafts.begin(request.workspace.pk, key=key, name=named, entry=entry, actor=actor_of(request), now=clock.now())

    def again(problems: Any) -> HttpResponse:
        return _new_page(request, Form(id="flow-new", values=request.POST.dict(), problems=problems), status=422)

    return submit(request, act, again=again, to=lambda: reverse("flow-canvas", args=[key]))


def _key_from(name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", name.lower()).strip("-._")[:100] or "journey"


def _new_page(request: ConsoleRequest, form: Form, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "events": known(request.workspace.pk).events}
    return page(request, "canvas/new.html", context, parts=PARTS, status=status)


@console_form
def outline(request: ConsoleRequest, key: str) -> HttpResponse:
    """Edit the graph as a list: add, move, lead elsewhere, delete. The canvas's twin, for keyboards and phones."""
    flow, draft = found(request, key)
    if request.method == "POST":
        here = reverse("flow-outline", args=[key])
        return submit(request, lambda: _shape(request, flow), to=here)
    told = around(flow, draft, "outline")
    context = told | {"lines": lines(told["definition"], told["wrong"]), "kinds": KINDS}
    return page(request, "canvas/outline.html", context)


def _shape(request: ConsoleRequest, flow: Flow) -> None:
    """Do what a button of the outline asks for, on the state that its page showed."""
    post = request.POST
    document = drafts.shown(flow)
    was: Mapping[str, Any] = document["definition"]
    name, (after, _bar, port) = post.get("node", ""), post.get("at", "").partition("|")
    match post.get("do"):
        case "add":
            made, _name = shaping.added(was, post.get("kind", ""), after=after, port=port)
        case "move":
            made = shaping.moved(was, name, after=after, port=port)
        case "lead":
            made = shaping.connected(was, name, post.get("port", ""), post.get("to", ""))
        case "drop":
            made = shaping.dropped(was, name)
        case _:
            raise Http404
    revision = number(post.get("revision", ""))
    drafts.save(flow, document | {"definition": made}, revision=revision, actor=actor_of(request), now=clock.now())


@console_form
def node(request: ConsoleRequest, key: str, name: str) -> HttpResponse:
    """Edit the settings of one node; on the canvas this page is its inspector."""
    flow, draft = found(request, key)
    was = shaping.nodes_of(drafts.shown(flow)["definition"]).get(name)
    if was is None:
        raise Http404
    if request.method != "POST":
        return _node_page(request, flow, draft, name, fields.of(was, flow.workspace_id))
    form = _read(lambda: fields.posted(request.POST, flow.workspace_id, before=was))
    if form.asked:
        return _node_page(request, flow, draft, name, form)
    if request.POST.get("was") not in (digest(was), digest(form.node())):
        clash = _("Somebody else changed this node meanwhile. Below is yours; save again to put it over theirs.")
        return _node_page(request, flow, draft, name, form, clash=clash, status=409)
    _put(request, flow, lambda definition: _with_node(definition, name, form.node()))
    return _saved(request, key, anchor=f"#node-{name}")


def _with_node(definition: Mapping[str, Any], name: str, node: Mapping[str, Any]) -> dict[str, Any]:
    return {**definition, "nodes": {**shaping.nodes_of(definition), name: node}}


def _put(request: ConsoleRequest, flow: Flow, change: Any) -> None:
    """Save a change of one part over whatever the rest of the draft is by now."""
    document = drafts.shown(flow)
    draft = drafts.find_draft(flow.workspace_id, flow.key)
    made = document | {"definition": change(document["definition"])}
    revision = draft.revision if draft else 0
    drafts.save(flow, made, revision=revision, actor=actor_of(request), now=clock.now())


def _saved(request: ConsoleRequest, key: str, *, anchor: str = "") -> HttpResponse:
    if is_part(request):
        return HttpResponse(status=204, headers={"HX-Trigger": "flow-saved"})
    return HttpResponseRedirect(reverse("flow-outline", args=[key]) + anchor)


def _read(make: Any) -> Any:
    try:
        return make()
    except InputRefused as refusal:
        raise Malformed(refusal.problems) from refusal


def _node_page(
    request: ConsoleRequest,
    flow: Flow,
    draft: FlowDraft | None,
    name: str,
    form: fields.NodeFields,
    *,
    clash: str = "",
    status: int = 200,
) -> HttpResponse:
    told = around(flow, draft, "outline")
    nodes = shaping.nodes_of(told["definition"])
    context = told | {
        "name": name,
        "kind": label_of_node(form.kind),
        "form": form,
        "was": digest(nodes.get(name)),
        "faults": told["wrong"].get(name, []),
        "conditions": [{"name": key, "form": shown_condition(one)} for key, one in form.conditions.items()],
        "others": [other for other in shaping.in_order(told["definition"]) if other != name],
        "channels": CHANNELS,
        "purposes": PURPOSES,
        "templates": templates(flow.workspace_id) if form.kind == "send" else (),
        "days": list(zip(fields.DAYS, WEEKDAYS, strict=True)),
        "clash": clash,
        "full": len(form.conditions) >= fields.MOST_CASES,
    }
    return page(request, "canvas/node.html", context, parts=PARTS, status=status)


@console_form
def begins(request: ConsoleRequest, key: str) -> HttpResponse:
    """Edit who enters, who leaves early, the goal and the control group."""
    flow, draft = found(request, key)
    definition = drafts.shown(flow)["definition"]
    if request.method != "POST":
        return _start_page(request, flow, draft, start.of(definition, flow.workspace_id))
    form = _read(lambda: start.posted(request.POST, flow.workspace_id, before=definition))
    if form.asked:
        return _start_page(request, flow, draft, form)
    _put(request, flow, form.over)
    return _saved(request, key)


def _start_page(request: ConsoleRequest, flow: Flow, draft: FlowDraft | None, form: start.StartFields) -> HttpResponse:
    context = around(flow, draft, "start") | {
        "form": form,
        "ways_in": start.ON,
        "if_conditions": shown_condition(form.conditions["if"]),
        "exit_conditions": shown_condition(form.conditions["exit"]),
        "events": known(flow.workspace_id).events,
        "segments": names_of_segments(flow.workspace_id),
    }
    return page(request, "canvas/start.html", context, parts=PARTS)


def number(text: str) -> int:
    """Return a revision that a form carries; 0 where it makes no sense."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
