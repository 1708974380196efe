"""The side navigation: which pages there are, by the four questions that the apps answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from config.kit import attention, banners


@dataclass(frozen=True, slots=True)
class Place:
    """One page of the navigation: its address's name, an icon of the sprite, its word, the key that leads there."""

    name: str
    icon: str
    text: str | Promise
    key: str = ""
    """The letter after `g`."""


@dataclass(frozen=True, slots=True)
class Group:
    text: str | Promise
    places: tuple[Place, ...]


GROUPS: Final = (
    Group("", (Place("home", "house", _("Home"), "h"),)),
    Group(
        _("Who"),
        (
            Place("people", "users", _("People"), "p"),
            Place("segment-list", "tags", _("Segments"), "s"),
            Place("identity-claims", "fingerprint", _("Who is who"), "w"),
            Place("imports", "upload", _("Imports"), "i"),
            Place("refused", "file-warning", _("Refused input"), "e"),
        ),
    ),
    Group(
        _("What we say"),
        (
            Place("template-list", "mail", _("Templates"), "l"),
            Place("messages", "send", _("Messages"), "m"),
            Place("mailbox", "inbox", _("Local mailbox"), "b"),
        ),
    ),
    Group(
        _("What happens"),
        (
            Place("flows", "workflow", _("Journeys"), "j"),
            Place("rules", "zap", _("Rules"), "r"),
            Place("runs", "route", _("Runs"), "u"),
            Place("actions", "target", _("Actions of rules"), "t"),
            Place("parked", "circle-pause", _("Parked events"), "x"),
        ),
    ),
    Group(
        _("Governance"),
        (
            Place("privacy", "shield-check", _("Privacy requests"), "y"),
            Place("jobs", "list-checks", _("Jobs"), "o"),
            Place("audit", "scroll-text", _("Audit"), "a"),
        ),
    ),
)


def places() -> Iterator[Place]:
    """Yield all places in the order of the navigation."""
    for group in GROUPS:
        yield from group.places


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return what the frame asks for when it is drawn; parts of pages have no frame and ask for nothing."""
    return {
        "navigation": lambda: _groups(request),
        "banners": lambda: banners.shown(request.workspace.pk) if hasattr(request, "workspace") else [],
    }


def _groups(request: HttpRequest) -> list[dict[str, Any]]:
    waiting = attention.waiting(request.workspace.pk) if hasattr(request, "workspace") else {}
    return [{"text": group.text, "places": list(_links(group, request.path, waiting))} for group in GROUPS]


def _links(group: Group, path: str, waiting: dict[str, int]) -> Iterator[dict[str, Any]]:
    """The place whose address starts this one's is current."""
    for place in group.places:
        url = reverse(place.name)
        here = path == url if url == "/" else path.startswith(url)
        shown = {"icon": place.icon, "text": place.text, "key": place.key, "n": waiting.get(place.name, 0)}
        yield {"url": url, "here": here, **shown}
