"""The template builder: one variant at a time, kept as it is typed, its live preview beside it."""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance.access.console import ConsoleRequest, actor_of, console_change, console_form
from compliance.access.forms import submit
from config.kit import clock
from config.kit.channels import channel_text
from config.kit.errors import Problem, refuse
from config.kit.forms import Form, Stale, check_rev, rev_of
from config.kit.pages import page
from config.kit.phrases import phrase
from content.library import drafts
from content.library.definition import CHANNELS, PURPOSES
from content.library.drafts import texts_at, with_variant, without_variant
from content.library.labels import ICONS, LANGUAGES, language_text, place_text
from content.library.lists import working
from content.library.models import Template
from content.library.variants import TEXTS, Place, place_of, variants_of
from content.library.views import find

FIELDS: Final = ("name", "purpose", "tags", *TEXTS)
LONGEST: Final = 200_000
LABELS: Final = {
    "name": gettext_lazy("Name"),
    "purpose": gettext_lazy("Purpose"),
    "tags": gettext_lazy("Tags"),
    "subject": gettext_lazy("Subject"),
    "body": gettext_lazy("Text"),
    "html": gettext_lazy("HTML"),
}


@console_form
def new(request: ConsoleRequest) -> HttpResponse:
    """Begin a template."""
    values = {name: request.POST.get(name, "").strip() for name in ("name", "key", "channel", "locale")}
    key = values["key"] or _key_from(values["name"])

    def again(problems: Sequence[Problem]) -> HttpResponse:
        return _new_page(request, values, problems)

    if request.method != "POST":
        return _new_page(request, values | {"channel": "email", "locale": "en"}, ())

    def act() -> None:
        if not values["name"]:
            raise refuse("/name", phrase("Give the template a name"), phrase("It is how lists call it."))
        place = (values["channel"], values["locale"] or "en")
        wanted = request.workspace.pk
        drafts.begin(wanted, key, name=values["name"], place=place, actor=actor_of(request), now=clock.now())

    return submit(request, act, again=again, to=lambda: reverse("template-edit", args=[key or "-"]))


@console_form
def edit(request: ConsoleRequest, key: str) -> HttpResponse:
    """Write a variant; `do=publish` makes the draft the next version."""
    found = find(request, key)
    place = place_asked(request, working(found))
    if request.method != "POST":
        return _edit_page(request, found, place)

    def act() -> None:
        with transaction.atomic():
            keep(request, found, place)
            if request.POST.get("do") == "publish":
                fresh = find(request, key)
                drafts.publish(fresh, note=request.POST.get("note", ""), actor=actor_of(request), now=clock.now())

    def again(problems: Sequence[Problem]) -> HttpResponse:
        return _edit_page(request, found, place, problems=problems, typed=request.POST, status=422)

    published = request.POST.get("do") == "publish"
    to = reverse("template-page", args=[key]) if published else _edit_address(key, place)
    said = _("Published: new messages are made from this version.") if published else _("The draft is saved.")
    return submit(
        request, act, again=again, to=to, said=said, labels={name: str(label) for name, label in LABELS.items()}
    )


@console_change
def autosave(request: ConsoleRequest, key: str) -> HttpResponse:
    """Keep what is typed; answers the time, and the revision that the next save begins from."""
    found = find(request, key)
    place = place_asked(request, working(found))
    try:
        with transaction.atomic():
            values = keep(request, found, place)
    except Stale as stale:
        return page(request, "templates/saved.html", {"stale": stale, "at": clock.now()})
    return page(request, "templates/saved.html", {"at": clock.now(), "rev": rev_of(values)})


@console_change
def variant(request: ConsoleRequest, key: str) -> HttpResponse:
    """Add or remove a variant of the draft."""
    found, actor, now = find(request, key), actor_of(request), clock.now()
    definition = working(found)
    place = (request.POST.get("channel", ""), request.POST.get("locale", "") or "en")
    if request.POST.get("do") == "remove":
        act = partial(drafts.save, found, without_variant(definition, place), actor=actor, now=now)
        return submit(request, act, to=reverse("template-edit", args=[key]), said=_("The variant is removed."))

    def add() -> None:
        if place[0] not in CHANNELS or place[1] not in LANGUAGES:
            raise refuse("/channel", phrase("there is no such channel"), phrase("Choose one of the list."))
        if texts_at(definition, place) is None:
            drafts.save(found, with_variant(definition, place, {}), actor=actor, now=now)

    return submit(request, add, to=_edit_address(key, place))


@console_change
def discard(request: ConsoleRequest, key: str) -> HttpResponse:
    """Forget the draft."""
    found = find(request, key)
    act = partial(drafts.discard, found, actor=actor_of(request), now=clock.now())
    to = reverse("template-page", args=[key]) if found.live_id else reverse("template-list")
    return submit(request, act, to=to, said=_("The draft is discarded."))


def keep(request: ConsoleRequest, found: Template, place: Place) -> dict[str, str]:
    """Save what was typed as the draft; raises Stale if somebody else changed this variant meanwhile."""
    locked = Template.objects.select_for_update(no_key=True).get(pk=found.pk)
    fresh = find(request, locked.key)
    definition = working(fresh)
    draft = getattr(fresh, "draft", None)
    by, at = (draft.author, draft.updated_at) if draft else (fresh.live.author if fresh.live else "", fresh.updated_at)
    changed = definition_of(definition, place, request.POST)
    current = values_at(definition, place)
    if values_at(changed, place) != current:  # who publishes may be overtaken by their own last autosave
        check_rev(request.POST, current=current, by=by, at=at)
    drafts.save(fresh, changed, actor=actor_of(request), now=clock.now())
    return values_at(changed, place)


def definition_of(definition: Mapping[str, Any], place: Place, typed: QueryDict) -> dict[str, Any]:
    """Return the definition with what was typed."""
    texts = {name: typed.get(name, "").replace("\r\n", "\n")[:LONGEST] for name in TEXTS}
    changed = with_variant(definition, place, texts)
    tags = [tag.strip() for tag in re.split(r"[,，、]", typed.get("tags", "")) if tag.strip()]
    purpose = typed.get("purpose", "")
    return changed | {
        "name": typed.get("name", "").strip()[:300],
        "purpose": purpose if purpose in PURPOSES else "marketing",
        "tags": tags,
    }


def values_at(definition: Mapping[str, Any], place: Place) -> dict[str, str]:
    """Return the form's values for one variant."""
    texts = texts_at(definition, place) or {}
    return {
        "name": str(definition.get("name") or ""),
        "purpose": str(definition.get("purpose") or "marketing"),
        "tags": ", ".join(definition.get("tags", [])),
        **{name: str(texts.get(name) or "") for name in TEXTS},
    }


def place_asked(request: ConsoleRequest, definition: Mapping[str, Any]) -> Place:
    """Return the variant asked for, the first one where it is not there."""
    channel, _colon, locale = request.GET.get("variant", "").partition(":")
    there = [place_of(one) for one in variants_of(definition)]
    return (channel, locale) if (channel, locale) in there else there[0]


def _edit_address(key: str, place: Place) -> str:
    return f"{reverse('template-edit', args=[key])}?variant={place[0]}:{place[1]}"


def _edit_page(
    request: ConsoleRequest,
    found: Template,
    place: Place,
    *,
    problems: Sequence[Problem] = (),
    typed: QueryDict | None = None,
    status: int = 200,
) -> HttpResponse:
    definition = working(found)
    stored = values_at(definition, place)
    values = {name: typed.get(name, "") for name in FIELDS} if typed is not None else stored
    places = [place_of(one) for one in variants_of(definition)]
    form = Form(id="template-form", values=values, problems=[_at(p, places.index(place)) for p in problems])
    context = {
        "template": found,
        "form": form,
        "rev": typed.get("rev", "") if typed is not None else rev_of(stored),
        "place": place,
        "spot": f"{place[0]}:{place[1]}",
        "first": place == places[0],
        "tabs": [{"spot": f"{p[0]}:{p[1]}", "text": place_text(p), "icon": ICONS.get(p[0], "send")} for p in places],
        "drafted": hasattr(found, "draft"),
        "channels": [(channel, channel_text(channel)) for channel in CHANNELS],
        "languages": [(locale, language_text(locale)) for locale in LANGUAGES],
        "purposes": [("marketing", _("marketing")), ("transactional", _("transactional"))],
        "has_subject": place[0] in ("email", "push", "in_app"),
        "address": _edit_address(found.key, place),
    }
    return page(request, "templates/edit.html", context, parts={"template-form": "builder"}, status=status)


def _at(problem: Problem, number: int) -> Problem:
    """Put a problem of this variant at its field; one of another keeps its place in words."""
    mine = f"/variants/{number - 1}" if number else ""
    path = problem.path.removeprefix(mine) if mine and problem.path.startswith(f"{mine}/") else problem.path
    return Problem(path=path, message=problem.message, hint=problem.hint)


def _new_page(request: ConsoleRequest, values: Mapping[str, str], problems: Sequence[Problem]) -> HttpResponse:
    context = {
        "form": Form(id="template-new", values=values, problems=problems),
        "channels": [(channel, channel_text(channel)) for channel in CHANNELS],
        "languages": [(locale, language_text(locale)) for locale in LANGUAGES],
    }
    status = 422 if problems else 200
    return page(request, "templates/new.html", context, parts={"template-new": "form"}, status=status)


def _key_from(name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", name.strip().lower()).strip("-._")[:100]
