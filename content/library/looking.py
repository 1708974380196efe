"""The live preview of the builder: one variant true to size, for a sample or a real person, with what checks say."""

from typing import Any, Final

from django.http import HttpResponse
from django.utils.translation import gettext as _

from compliance.access.console import ConsoleRequest, console_change
from config.kit import clock
from config.kit.pages import page
from content.library.api import SAMPLE_LINKS
from content.library.checking import alike
from content.library.drafts import texts_at
from content.library.editing import LABELS, definition_of, place_asked
from content.library.labels import place_text
from content.library.lists import working
from content.library.trying import Trial, sample, try_out
from content.library.usage import Subject, subject_called
from content.library.views import find
from content.rendering.checks import Finding
from content.rendering.harmless import harmless
from content.rendering.segments import count

VIEWS: Final = ("desktop-light", "desktop-dark", "phone-light", "phone-dark")


@console_change
def look(request: ConsoleRequest, key: str) -> HttpResponse:
    """Render what is typed now; nothing is stored and nothing is sent."""
    found = find(request, key)
    stored = working(found)
    place = place_asked(request, stored)
    definition = definition_of(stored, place, request.POST)
    variant = texts_at(definition, place) or {"channel": place[0], "locale": place[1]}
    asked = request.POST.get("person", "").strip()[:200]
    someone = subject_called(request.workspace.pk, asked) if asked else None
    brand = {"name": request.workspace.name, **request.workspace.brand}
    trial = try_out(variant, _context(someone, place[1], brand), purpose=definition["purpose"], now=clock.now())
    view = request.POST.get("view", "")
    context = {
        "channel": place[0],
        "brand": brand["name"],
        "trial": trial,
        "findings": [_found(found) for found in trial.findings],
        "dark": view.endswith("dark"),
        "view": view if view in VIEWS else VIEWS[0],
        "who": someone.name if someone else _("a sample person"),
        "unknown": asked if asked and someone is None else "",
        "alike": [a for a in alike(definition) if place in (a.one, a.other)],
        **_sized(trial, place[0], view, _signature(place[1], brand)),
    }
    context["alike"] = [
        {"other": place_text(a.other if a.one == place else a.one), "percent": a.percent} for a in context["alike"]
    ]
    return page(request, "templates/preview.html", context)


def _context(someone: Subject | None, locale: str, brand: dict[str, Any]) -> dict[str, Any]:
    person = dict(someone.person) if someone else dict(sample(locale))
    return {"person": person, "event": {}, "run": {}, "brand": brand, "links": dict(SAMPLE_LINKS)}


def _found(found: Finding) -> dict[str, str]:
    """Return a finding for the page, with the word for the field that it concerns."""
    word = str(LABELS.get(found.part, found.part))
    return {"level": found.level, "part": found.part, "word": word, "message": found.message, "hint": found.hint}


def _signature(locale: str, brand: dict[str, Any]) -> str:
    """Return what Chinese networks put in front of a text message; elsewhere only a brand that has one."""
    signed = brand.get("signature") or (brand["name"] if locale.lower().startswith("zh") else "")
    return f"【{signed}】" if signed else ""


def _sized(trial: Trial, channel: str, view: str, signature: str) -> dict[str, Any]:
    """Return what the channel's preview needs beside the texts."""
    if trial.rendered is None:
        return {}
    if channel == "sms":
        text = signature + (trial.rendered.body or "")
        return {"text": text, "counted": count(text)}
    if channel == "email" and trial.rendered.html:
        return {"page": harmless(trial.rendered.html, dark=view.endswith("dark"))}
    return {}
