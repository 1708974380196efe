"""Pages across the rooms: home, finding anything, and events that were set aside."""

from datetime import datetime
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from campaigns.delivery.lookups import outcomes
from campaigns.overview import figures, finding
from campaigns.overview.beginnings import KIND, steps
from campaigns.overview.cards import arrange, arrangement
from campaigns.overview.lists import PARKED
from compliance.access.console import (
    ConsoleRequest,
    actor_of,
    console_change,
    console_page,
    enter_workspace,
    to_log_in,
)
from compliance.desk.lists import list_page
from compliance.jobs import start
from config.kit import clock
from config.kit.pages import page, way_back
from config.kit.spans import WORDS, Span, span


@console_page
def home(request: ConsoleRequest) -> HttpResponse:
    """Show what needs somebody, what was sent and stopped, the journeys and how the machine runs."""
    now, workspace = clock.now(), request.workspace.pk
    asked = span(request.GET, now=now)
    first_steps = steps(workspace)
    # a workspace is new until its first message went out
    empty = not any(step.done for step in first_steps[:2])
    context: dict[str, Any] = {
        "span": asked,
        "windows": WORDS.items(),
        "zones": list(dict.fromkeys([asked.zone, request.user.zone, request.workspace.zone, "UTC"])),
        "steps": None if first_steps[-1].done else first_steps,
        "steps_done": sum(step.done for step in first_steps),
        "empty": empty,
        "live": "" if asked.name == "custom" else f"home.needs:{asked.name} home.health:{asked.name}",
        "arranging": "arrange" in request.GET,
        "cards": arrangement(request.user, workspace_id=workspace),
    }
    with timezone.override(asked.zone):
        if not empty:
            context |= _figures(workspace, asked, now)
        return page(request, "overview/home.html", context)


def _figures(workspace: int, asked: Span, now: datetime) -> dict[str, Any]:
    found = outcomes(workspace, since=asked.since, until=asked.until)
    return {
        "needs": figures.needs(workspace, span=asked, found=found),
        "now": figures.window(workspace, since=asked.since, until=asked.until, found=found),
        "course": figures.course(workspace, since=asked.since, until=asked.until),
        "before": figures.window(workspace, since=asked.before, until=asked.since),
        "journeys": figures.journeys(workspace, since=asked.since, until=asked.until, now=now),
        "health": figures.health(workspace, span=asked, now=now, found=found),
    }


@require_POST
def arrange_home(request: HttpRequest) -> HttpResponse:
    """Arrange the cards of the home page: also a viewer's own matter, which changes nothing for others."""
    member = cast("ConsoleRequest", request)
    if not request.user.is_authenticated:
        return to_log_in(request)
    if not enter_workspace(member):
        raise PermissionDenied
    arrange(member.user, request.POST.dict(), workspace_id=member.workspace.pk, now=clock.now())
    if "order" in request.POST:
        return HttpResponse(status=204)
    return redirect(way_back(request, f"{reverse('home')}?arrange=1"))


@console_change
def load_samples(request: ConsoleRequest) -> HttpResponse:
    """Start the job that brings a sample brand to life in this workspace."""
    made = start(
        KIND,
        workspace_id=request.workspace.pk,
        title=gettext("Sample data"),
        arguments={},
        actor=actor_of(request),
        now=clock.now(),
    )
    return redirect("job", made.pk)


@console_page
def parked(request: ConsoleRequest) -> HttpResponse:
    """List the events that could not be processed and were set aside."""
    return list_page(request, PARKED)


@console_page
def find(request: ConsoleRequest) -> HttpResponse:
    """Find pages, people, journeys, rules, segments, messages and commands: the palette's list, or a page."""
    text = request.GET.get("q", "")[:100]
    paths = request.GET.get("recent", "")[:2000].split(",")
    groups = finding.find(request, text)
    if not text.strip():
        groups = [*finding.recent(request, paths), *groups]
    context = {"text": text, "groups": groups, "n": sum(len(group.hits) for group in groups)}
    return page(request, "overview/find.html", context, parts={"palette-list": "options"})
