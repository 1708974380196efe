"""Pages about flows and runs: lists, the read-only outline with live counts, and one run step by step."""

from functools import partial
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audiences.people.lookups import names_of
from audiences.wording import condition_line
from campaigns.delivery.lookups import messages_of_run
from campaigns.delivery.wording import answer
from campaigns.flows import lookups
from campaigns.flows.definitions import pause, resume
from campaigns.flows.figures import figures, pace
from campaigns.flows.labels import EXITS, label_of_flow, label_of_run
from campaigns.flows.lists import FLOWS, RUNS
from campaigns.flows.live import nodes_now, shown_version
from campaigns.flows.wording import entry_text, goal_text, step_line
from compliance.access.console import ConsoleRequest, actor_of, console_change, console_page
from compliance.access.forms import submit
from compliance.desk.lists import list_page
from config.kit import clock
from config.kit.pages import page

SWITCHES: Final = {
    "pause": (pause, _("“%(name)s” is paused: nobody enters, and its messages wait.")),
    "resume": (resume, _("“%(name)s” goes on.")),
}


@console_page
def flows(request: ConsoleRequest) -> HttpResponse:
    """List the flows with how many are inside and how many entered lately."""
    return list_page(request, FLOWS, template="flows/list.html")


@console_page
def flow(request: ConsoleRequest, key: str) -> HttpResponse:
    """Show a flow as an outline: the accessible twin of its picture, with the runs at each node now."""
    found = lookups.find_flow(request.workspace.pk, key)
    if found is None:
        raise Http404
    version = shown_version(found)
    definition = version.definition if version else {}
    context = {
        "flow": found,
        "label": label_of_flow(found.state),
        "version": version,
        "entry": entry_text(definition) if version else "",
        "entry_condition": _condition(definition.get("entry", {}), "if"),
        "exits": [_exit(way) for way in definition.get("exit", ())],
        "goal": goal_text(definition),
        "nodes": nodes_now(found),
    }
    return page(request, "flows/flow.html", context, parts={"flow-outline": "outline"})


@console_page
def flow_figures(request: ConsoleRequest, key: str) -> HttpResponse:
    """Show what the last days brought a flow: part of its page, or a page."""
    found = lookups.find_flow(request.workspace.pk, key)
    if found is None:
        raise Http404
    now = clock.now()
    context = {"flow": found, "figures": figures(found, now=now), "chart": pace(found, now=now)}
    return page(request, "flows/figures.html", context, parts={"flow-figures": "figures"})


@console_change
def switch(request: ConsoleRequest, key: str) -> HttpResponse:
    """Pause or resume a flow."""
    found = lookups.find_flow(request.workspace.pk, key)
    change = SWITCHES.get(request.POST.get("verb", ""))
    if found is None or change is None:
        raise Http404
    verb, said = change
    act = partial(verb, found, actor=actor_of(request), now=clock.now())
    return submit(request, act, to=reverse("flow", args=[key]), said=str(said) % {"name": found.name})


@console_page
def runs(request: ConsoleRequest) -> HttpResponse:
    """List runs, those that entered last first."""
    return list_page(request, RUNS)


@console_page
def run(request: ConsoleRequest, run_id: UUID) -> HttpResponse:
    """Show one run: what let it in, each step with its verdict, its messages, how it ended."""
    found = lookups.find_run(request.workspace.pk, run_id)
    if found is None:
        raise Http404
    context = {
        "run": found,
        "label": label_of_run(found),
        "name": names_of(request.workspace.pk, [found.subject_id]).get(found.subject_id, ""),
        "steps": [step_line(step, run=found) for step in lookups.steps_of(found)],
        "deliveries": [
            {"message": message, "answer": answer(message)}
            for message in messages_of_run(request.workspace.pk, found.pk)
        ],
        "exit": EXITS.get(found.exit_reason),
    }
    return page(request, "flows/run.html", context)


def _condition(definition: dict[str, Any], part: str) -> Any:
    return condition_line(definition[part]) if definition.get(part) else None


def _exit(way: dict[str, Any]) -> dict[str, Any]:
    return {"event": way.get("event", ""), "line": _condition(way, "when")}
