"""The canvas, and what it asks for while it is open: the document, saving it, figures, differences."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from django.http import Http404, HttpResponse, JsonResponse

from campaigns.flows import lookups
from campaigns.flows.canvas import drafts
from campaigns.flows.canvas.models import FlowDraft
from campaigns.flows.canvas.shaping import nodes_of
from campaigns.flows.canvas.spoken import catalogue
from campaigns.flows.canvas.telling import by_node, changes, said
from campaigns.flows.canvas.views import KINDS, around, found, number
from campaigns.flows.models import Flow
from compliance.access.console import ConsoleRequest, actor_of, console_change, console_page
from config.kit import clock
from config.kit.errors import Conflict, InputRefused
from config.kit.pages import page
from config.kit.spoken import told
from config.kit.strict_json import Malformed, read

WINDOWS: Final = {"1": 1, "7": 7, "30": 30}


@console_page
def canvas(request: ConsoleRequest, key: str) -> HttpResponse:
    """Show a flow on the canvas; who may not change it looks only."""
    flow, draft = found(request, key)
    told = around(flow, draft, "canvas")
    versions = list(flow.versions.order_by("-number").values_list("number", flat=True)[:50])
    context = {"kinds": KINDS, "versions": versions, "catalogue": catalogue(KINDS)}
    return page(request, "canvas/canvas.html", told | context)


@console_page
def document(request: ConsoleRequest, key: str) -> HttpResponse:
    """Return the draft as the canvas draws it; with `v` a version instead, and what must change in it."""
    flow, draft = found(request, key)
    shown = drafts.shown(flow)
    if "v" not in request.GET:
        return JsonResponse(_answer(flow, draft, shown))
    version = flow.versions.filter(number=number(request.GET["v"])).first()
    if version is None:
        raise Http404
    old: Mapping[str, Any] = version.definition
    words = {name: said(node) for name, node in nodes_of(old).items()}
    return JsonResponse({"definition": old, "said": words, "changes": changes(old, shown["definition"])})


@console_change
def save(request: ConsoleRequest, key: str) -> HttpResponse:
    """Save the document that the canvas holds; 409 with what differs if it is another one by now."""
    flow, _draft = found(request, key)
    try:
        sent = read(request.POST.get("document", "").encode())
        made = drafts.save(
            flow,
            sent,
            revision=number(request.POST.get("revision", "")),
            actor=actor_of(request),
            now=clock.now(),
        )
    except (InputRefused, Malformed) as refusal:
        return JsonResponse({"said": " ".join(told(problem) for problem in refusal.problems)}, status=422)
    except Conflict:
        return _clash(flow, sent)
    return JsonResponse(_answer(flow, made, drafts.shown(flow)))


def _clash(flow: Flow, sent: Mapping[str, Any]) -> HttpResponse:
    theirs = drafts.find_draft(flow.workspace_id, flow.key)
    there = drafts.shown(flow)["definition"]
    answer = {
        "revision": theirs.revision if theirs else 0,
        "by": theirs.author if theirs else "",
        "changes": changes(there, sent.get("definition", {})),
    }
    return JsonResponse(answer, status=409)


def _answer(flow: Flow, draft: FlowDraft | None, shown: Mapping[str, Any]) -> dict[str, Any]:
    definition = shown["definition"]
    return {
        "document": shown,
        "revision": draft.revision if draft else 0,
        "saved": draft.updated_at.isoformat() if draft else "",
        "by": draft.author if draft else "",
        "issues": by_node(drafts.problems(flow.workspace_id, definition)),
        "said": {name: said(node) for name, node in nodes_of(definition).items()},
    }


@console_page
def node_figures(request: ConsoleRequest, key: str) -> HttpResponse:
    """Return how many came to each node in the window, wait there now, and failed there; and where they went on to."""
    flow, _draft = found(request, key)
    days = WINDOWS.get(request.GET.get("days", ""), 7)
    since = clock.now() - timedelta(days=days)
    inside = lookups.inside_by_node(flow)
    entered = lookups.passed_by_node(flow, since=since)
    failed = lookups.failed_by_node(flow, since=since)
    names = {*inside, *entered, *failed}
    nodes = {
        name: {"entered": entered.get(name, 0), "waiting": inside.get(name, 0), "failed": failed.get(name, 0)}
        for name in sorted(names)
    }
    return JsonResponse({"days": days, "nodes": nodes})
