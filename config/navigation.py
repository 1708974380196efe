"""The side navigation: which pages there are, by the four questions that the apps answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Place:
    """One page of the navigation: the name of its address, an icon of the sprite, its word."""

    name: str
    icon: str
    text: str | Promise


@dataclass(frozen=True, slots=True)
class Group:
    text: str | Promise
    places: tuple[Place, ...]


GROUPS: Final = (
    Group("", (Place("home", "house", _("Home")),)),
    Group(
        _("Who"),
        (
            Place("people", "users", _("People")),
            Place("segment-list", "tags", _("Segments")),
            Place("refused", "file-warning", _("Refused input")),
        ),
    ),
    Group(
        _("What happens"),
        (
            Place("flows", "workflow", _("Journeys")),
            Place("rules", "zap", _("Rules")),
            Place("runs", "route", _("Runs")),
            Place("parked", "circle-pause", _("Parked events")),
        ),
    ),
    Group(
        _("What we say"),
        (Place("messages", "send", _("Messages")), Place("mailbox", "inbox", _("Local mailbox"))),
    ),
    Group(_("May we, and who did"), (Place("audit", "scroll-text", _("Audit")),)),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return the groups for the template; the place whose address starts this one is current."""
    return {"navigation": [{"text": group.text, "places": list(_links(group, request.path))} for group in GROUPS]}


def _links(group: Group, path: str) -> Iterator[dict[str, Any]]:
    for place in group.places:
        url = reverse(place.name)
        here = path == url if url == "/" else path.startswith(url)
        yield {"url": url, "icon": place.icon, "text": place.text, "here": here}
