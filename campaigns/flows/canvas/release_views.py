"""The way of a draft to be live: what stands in the way, whom it touches, review, live."""

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.flows import lookups
from campaigns.flows.canvas import drafts
from campaigns.flows.canvas.models import FlowDraft
from campaigns.flows.canvas.shaping import in_order, nodes_of
from campaigns.flows.canvas.telling import changes
from campaigns.flows.canvas.views import around, found, number
from campaigns.flows.labels import label_of_node
from campaigns.flows.models import Flow
from campaigns.rules.publishing.policy import identity, policy_of
from compliance.access.console import ConsoleRequest, actor_of, console_change, console_page
from compliance.access.forms import submit
from config.kit import clock
from config.kit.pages import page
from config.kit.versions import digest


@console_page
def release(request: ConsoleRequest, key: str) -> HttpResponse:
    """Show the steps to be live: problems by node, people in flight, what differs, review."""
    flow, draft = found(request, key)
    context = around(flow, draft, "release") | _standing(flow)
    if draft is not None:
        context |= _review(request, draft)
        context["changes"] = changes(flow.live.definition if flow.live else {}, draft.definition)
    nodes = nodes_of(context["definition"])
    context["faulty"] = [
        {"name": name, "label": label_of_node(str(nodes[name].get("do", ""))), "faults": context["wrong"][name]}
        for name in in_order(context["definition"])
        if name in context["wrong"]
    ]
    return page(request, "canvas/release.html", context)


def _standing(flow: Flow) -> dict[str, Any]:
    """Return who is under way: they stay on the version that they began with (A1)."""
    by_version = lookups.inside_by_version(flow)
    return {"inside": sum(by_version.values()), "by_version": sorted(by_version.items(), reverse=True)}


def _review(request: ConsoleRequest, draft: FlowDraft) -> dict[str, Any]:
    actor, now = actor_of(request), clock.now()
    handed_in = draft.handed_in if draft.handed_in.get("sha256") == digest(draft.definition) else {}
    return {
        "review": policy_of(draft.workspace_id).review,
        "handed_in": handed_in,
        "mine": identity(actor) in draft.makers,
        "may_decide": drafts.may_decide(draft, actor=actor, now=now),
    }


@console_change
def decide(request: ConsoleRequest, key: str) -> HttpResponse:
    """Publish, hand in for review, approve, send back or discard the draft."""
    flow, _draft = found(request, key)
    verb = {
        "publish": (drafts.go_live, _("“%(name)s” is live: whoever enters from now on gets this version.")),
        "hand-in": (drafts.hand_in, _("“%(name)s” waits for somebody else’s approval.")),
        "send-back": (drafts.send_back, _("“%(name)s” is back with its makers.")),
        "discard": (drafts.discard, _("The draft of “%(name)s” is gone.")),
    }.get(request.POST.get("do", ""))
    if verb is None:
        raise Http404
    act, said = verb
    revision = number(request.POST.get("revision", ""))
    there = reverse("flow-release", args=[key])
    away = {"publish": reverse("flow", args=[key]), "discard": reverse("flows")}

    def done() -> None:
        act(flow, revision=revision, actor=actor_of(request), now=clock.now())

    def to() -> str:
        gone = lookups.find_flow(flow.workspace_id, key) is None or drafts.find_draft(flow.workspace_id, key) is None
        return away.get(request.POST["do"], there) if gone else there

    return submit(request, done, to=to, said=said % {"name": flow.name})
