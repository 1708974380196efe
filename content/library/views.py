"""Pages about templates: the list, and one template with its variants, versions, senders and trail."""

from functools import partial
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from compliance.access.console import ConsoleRequest, actor_of, console_change, console_page
from compliance.access.forms import submit
from compliance.audit.labels import action_text
from compliance.audit.trail import entries
from compliance.desk.lists import list_page
from config.kit import clock
from config.kit.pages import page
from config.kit.paging import CursorPage
from content.library.checking import alike
from content.library.drafts import archive, save, unarchive
from content.library.labels import ICONS, label_of, language_text, noun_of, place_text
from content.library.lists import TEMPLATES, missing, working
from content.library.models import Template
from content.library.templates import versions as versions_of
from content.library.usage import uses_of
from content.library.variants import place_of, variants_of
from content.rendering.checks import words

NEWEST_FIRST: Final = CursorPage("-id")
MOST_VERSIONS: Final = 100
EXCERPT: Final = 160


@console_page
def templates(request: ConsoleRequest) -> HttpResponse:
    """List the templates of the workspace."""
    return list_page(request, TEMPLATES, template="templates/list.html")


@console_page
def template(request: ConsoleRequest, key: str) -> HttpResponse:
    """Show one template: its variants by channel and language, missing ones marked."""
    found = find(request, key)
    definition = working(found)
    pairs = [{"one": place_text(a.one), "other": place_text(a.other), "percent": a.percent} for a in alike(definition)]
    context = {**around(found, "overview"), **_grid(definition), "alike": pairs, "purpose": definition.get("purpose")}
    return page(request, "templates/template.html", context)


@console_page
def versions(request: ConsoleRequest, key: str) -> HttpResponse:
    """Tell the versions of a template."""
    found = find(request, key)
    rows = [
        {"version": one, "places": [place_text(place_of(v)) for v in variants_of(one.definition)]}
        for one in versions_of(found)[:MOST_VERSIONS]
    ]
    return page(request, "templates/versions.html", {**around(found, "versions"), "rows": rows})


@console_page
def uses(request: ConsoleRequest, key: str) -> HttpResponse:
    """Name what sends a template."""
    return page(request, "templates/uses.html", around(find(request, key), "uses"))


@console_page
def trail(request: ConsoleRequest, key: str) -> HttpResponse:
    """Show the audit trail of one template."""
    found = find(request, key)
    kept = NEWEST_FIRST.page(entries(request.workspace.pk, object_kind="template", object_id=found.pk), request.GET)
    rows = [{"entry": entry, "action": action_text(entry.action)} for entry in kept.rows]
    context = {**around(found, "trail"), "page": kept, "rows": rows}
    return page(request, "templates/trail.html", context, parts={"template-trail": "trail"})


@console_change
def put_back(request: ConsoleRequest, key: str, number: int) -> HttpResponse:
    """Make an older version the draft."""
    found = find(request, key)
    version = versions_of(found).filter(number=number).first()
    if version is None:
        raise Http404
    act = partial(save, found, version.definition, actor=actor_of(request), now=clock.now())
    said = _("v%(number)s is the draft now; publish it when it is ready.") % {"number": number}
    return submit(request, act, to=reverse("template-edit", args=[found.key]), said=said)


@console_change
def put_away(request: ConsoleRequest, key: str) -> HttpResponse:
    """Archive a template that nothing sends."""
    found = find(request, key)
    act = partial(archive, found, actor=actor_of(request), now=clock.now())
    said = _("“%(name)s” is archived.") % {"name": found.name}
    undo = reverse("template-unarchive", args=[found.key])
    return submit(request, act, to=reverse("template-page", args=[found.key]), said=said, undo=undo)


@console_change
def bring_back(request: ConsoleRequest, key: str) -> HttpResponse:
    """Bring an archived template back as it was."""
    found = find(request, key)
    act = partial(unarchive, found, actor=actor_of(request), now=clock.now())
    said = _("“%(name)s” is in use again.") % {"name": found.name}
    return submit(request, act, to=reverse("template-page", args=[found.key]), said=said)


def find(request: ConsoleRequest, key: str) -> Template:
    """Return the template of the member's workspace, else 404."""
    rows = Template.objects.filter(workspace_id=request.workspace.pk, key=key).select_related("live", "draft")
    found = rows.first()
    if found is None:
        raise Http404
    return found


def around(found: Template, tab: str) -> dict[str, Any]:
    """Return what every page of one template needs."""
    drafted = hasattr(found, "draft")
    used = [{"use": use, "noun": noun_of(use.kind)} for use in uses_of(found.workspace_id, found.key)]
    return {
        "template": found,
        "label": label_of(found, drafted=drafted),
        "drafted": drafted,
        "uses": used,
        "tab": tab,
    }


def _grid(definition: Any) -> dict[str, Any]:
    """Return the variants as rows of channels and columns of languages."""
    there = {place_of(one): one for one in variants_of(definition)}
    locales = list(dict.fromkeys(locale for _channel, locale in there))
    rows = [
        {
            "channel": channel,
            "icon": ICONS.get(channel, "send"),
            "cells": [_cell(there, channel, one) for one in locales],
        }
        for channel in dict.fromkeys(channel for channel, _locale in there)
    ]
    return {
        "grid": rows,
        "languages": [language_text(locale) for locale in locales],
        "missing": [place_text(place) for place in missing(definition)],
    }


def _cell(there: Any, channel: str, locale: str) -> dict[str, Any]:
    variant = there.get((channel, locale))
    said = " ".join(words(variant)[:EXCERPT].split()) if variant else ""
    return {"place": f"{channel}:{locale}", "variant": variant, "said": said, "locale": locale}
