"""The draft of a rule as JSON: the same draft as in the form, with what is wrong at its line."""

import json
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.rules.editor import places
from campaigns.rules.editor.drafts import Clash, Held, around, held, number, save
from campaigns.rules.form import KEYS
from compliance.access.console import ConsoleRequest, console_form
from config.kit.errors import InputRefused, Problem, refuse
from config.kit.pages import page


@console_form
def raw(request: ConsoleRequest, key: str) -> HttpResponse:
    """Show the draft as JSON, and save it."""
    found = held(request, key)
    if request.method != "POST":
        problems = [Problem(**each) for each in found.draft.problems] if found.draft else []
        return _page(request, found, written(found.definition), problems)
    text = request.POST.get("definition", "").replace("\r\n", "\n")
    try:
        wanted = request.POST.get("over") or request.POST.get("revision", "")
        made = save(request, key, _object(text), revision=number(wanted))
    except InputRefused as refusal:
        return _page(request, found, text, list(refusal.problems), status=422)
    if isinstance(made, Clash):
        return _page(request, found, text, [], clash=made, status=409)
    return HttpResponseRedirect(reverse("rule-json", args=[key]))


def written(definition: dict[str, Any]) -> str:
    """Return a definition as it is edited: its keys in the order in which rules are told."""
    order = {name: place for place, name in enumerate(KEYS)}
    told = dict(sorted(definition.items(), key=lambda item: order.get(item[0], len(order))))
    return json.dumps(told, ensure_ascii=False, indent=2)


def _object(text: str) -> dict[str, Any]:
    found = places.read(text)
    if not isinstance(found, dict):
        raise refuse("", _("A rule is a JSON object."), '{"key": …, "on": […], …}')
    return found


def _page(
    request: ConsoleRequest,
    found: Held,
    text: str,
    problems: list[Problem],
    *,
    clash: Clash | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        **around(found, "json"),
        "text": text,
        "rows": min(max(text.count("\n") + 3, 12), 40),
        "placed": places.placed(problems, text),
        "clash": clash,
    }
    return page(request, "rules/json.html", context, status=status)
