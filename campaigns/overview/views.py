"""Pages across the rooms: home, finding anything, and events that were set aside."""

from datetime import timedelta
from typing import Final

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from campaigns.overview import figures, finding
from campaigns.overview.lists import PARKED
from compliance.access.console import ConsoleRequest, console_page
from compliance.desk.lists import list_page
from config.kit import clock
from config.kit.pages import page

WINDOWS: Final = {"24h": timedelta(days=1), "7d": timedelta(days=7), "30d": timedelta(days=30)}
WINDOW_WORDS: Final = {"24h": _("24 hours"), "7d": _("7 days"), "30d": _("30 days")}


@console_page
def home(request: ConsoleRequest) -> HttpResponse:
    """Show what needs somebody, what was sent and stopped, the journeys and how the machine runs."""
    asked = request.GET.get("window", "24h")
    asked = asked if asked in WINDOWS else "24h"
    now, length, workspace = clock.now(), WINDOWS[asked], request.workspace.pk
    needs = figures.needs(workspace, since=now - length)
    context = {
        "asked": asked,
        "days": length.days,
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
