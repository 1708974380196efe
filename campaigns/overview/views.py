"""Pages across the rooms: home, a person's timeline, and events that were set aside."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _

from audiences.people.lookups import find_person, name_of
from campaigns.overview import figures, finding
from campaigns.overview.asking import message_answers, rule_answers
from campaigns.overview.explain import shown
from campaigns.overview.lists import PARKED
from campaigns.overview.story import FILTERS, story
from compliance.access.console import ConsoleRequest, console_page
from compliance.desk.lists import list_page
from config.kit import clock
from config.kit.pages import page

WINDOWS: Final = {"24h": timedelta(days=1), "7d": timedelta(days=7), "30d": timedelta(days=30)}
WINDOW_WORDS: Final = {"24h": _("24 hours"), "7d": _("7 days"), "30d": _("30 days")}
FILTER_WORDS: Final = {
    "": _("All"),
    "events": _("Events"),
    "rules": _("Rules"),
    "flows": _("Journeys"),
    "messages": _("Messages"),
}


@console_page
def home(request: ConsoleRequest) -> HttpResponse:
    """Show what needs somebody, what was sent and stopped, the journeys and how the machine runs."""
    asked = request.GET.get("window", "24h")
    asked = asked if asked in WINDOWS else "24h"
    now, length, workspace = clock.now(), WINDOWS[asked], request.workspace.pk
    needs = figures.needs(workspace, since=now - length)
    context = {
        "asked": asked,
        "windows": WINDOW_WORDS.items(),
        "needs": needs,
        "calm": not any(needs.values()),
        "now": figures.window(workspace, since=now - length, until=now),
        "before": figures.window(workspace, since=now - 2 * length, until=now - length),
        "journeys": figures.journeys(workspace, since=now - length, now=now),
        "health": figures.health(workspace, now=now),
    }
    return page(request, "overview/home.html", context)


@console_page
def person_story(request: ConsoleRequest, person_id: UUID) -> HttpResponse:
    """Show a person's timeline: the part of their page, or a page of its own."""
    only = request.GET.get("only", "")
    only = only if only in FILTERS else ""
    found = story(request.workspace.pk, person_id, only=only, cursor=request.GET.get("cursor", ""))
    context = {
        **_person(request, person_id),
        "only": only,
        "filters": FILTER_WORDS.items(),
        "page": found,
        "entries": [shown(entry) for entry in found.rows],
    }
    return page(request, "overview/story.html", context, parts={"person-story": "story"})


@console_page
def person_why(request: ConsoleRequest, person_id: UUID) -> HttpResponse:
    """Answer why rules matched or did not, and why messages went out or not: part of the person's page, or a page."""
    context = {
        **_person(request, person_id),
        "rules": rule_answers(request.workspace.pk, person_id, now=clock.now()),
        "messages_asked": message_answers(request.workspace.pk, person_id),
    }
    return page(request, "overview/why.html", context, parts={"person-why": "why"})


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


def _person(request: ConsoleRequest, person_id: UUID) -> dict[str, Any]:
    person = find_person(request.workspace.pk, person_id)
    if person is None:
        raise Http404
    return {"person": person, "name": name_of(person)}
