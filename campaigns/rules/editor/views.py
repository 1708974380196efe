"""The pages of the rule editor: a new rule, its draft as a form, what the draft says and finds."""

import re
from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from audiences.builder.catalogue import known
from audiences.builder.showing import shown
from campaigns.rules import references
from campaigns.rules.editor import deeds, fields
from campaigns.rules.editor.drafts import Clash, Held, around, held, number, save
from campaigns.rules.editor.recent import recent_matches
from campaigns.rules.editor.telling import sentences
from campaigns.rules.form.reader import KEY
from campaigns.rules.lookups import find_rule
from campaigns.rules.publishing.drafts import save_draft
from compliance.access.console import ConsoleRequest, actor_of, console_change, console_form, console_page
from compliance.access.forms import submit
from config.kit import clock
from config.kit.errors import InputRefused, refuse
from config.kit.forms import Form
from config.kit.pages import page
from config.kit.strict_json import Malformed

MODES: Final = (
    ("live", gettext_lazy("Live"), gettext_lazy("It acts.")),
    ("shadow", gettext_lazy("Shadow"), gettext_lazy("Judged and recorded; nothing is done.")),
    ("off", gettext_lazy("Off"), gettext_lazy("Not judged.")),
)
DAYS: Final = tuple(
    zip(
        fields.WEEKDAYS,
        map(gettext_lazy, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")),
        strict=True,
    )
)
PARTS: Final = {"rule-actions": "actions"}


@console_form
def new(request: ConsoleRequest) -> HttpResponse:
    """Begin a rule: its name and its events; the editor has the rest."""
    if request.method != "POST":
        return _new_page(request, Form(id="rule-new", values={}))
    post = request.POST
    name = post.get("name", "").strip()
    key = post.get("key", "").strip() or _key_from(name)

    def act() -> None:
        definition = {"key": key, "name": name, "on": _events(post.get("on", "")), "then": [], "mode": "live"}
        _fit(request, key, name)
        save_draft(request.workspace.pk, key, definition, revision=0, actor=actor_of(request), now=clock.now())

    def again(problems: Any) -> HttpResponse:
        return _new_page(request, Form(id="rule-new", values=post.dict(), problems=problems), status=422)

    return submit(request, act, again=again, to=lambda: reverse("rule-edit", args=[key]))


def _fit(request: ConsoleRequest, key: str, name: str) -> None:
    if not name:
        raise refuse("/name", _("Give the rule a name."))
    if not KEY.fullmatch(key):
        raise refuse("/key", _("This is no key."), _("Use letters, digits, dots, dashes and underscores."))
    if find_rule(request.workspace.pk, key) is not None:
        raise refuse("/key", _("There is a rule with this key already."), _("Choose another key, or edit that rule."))


def _key_from(name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", name.strip().lower()).strip("-._")[:100] or "rule"


def _events(text: str) -> list[str]:
    return [name for name in dict.fromkeys(part.strip() for part in text.replace("、", ",").split(",")) if name]


def _new_page(request: ConsoleRequest, form: Form, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "events": known(request.workspace.pk).events}
    return page(request, "rules/new.html", context, parts={"rule-new": "new"}, status=status)


@console_form
def edit(request: ConsoleRequest, key: str) -> HttpResponse:
    """Edit the draft of a rule in a form; what the form cannot hold is edited as JSON."""
    found = held(request, key)
    if request.method == "POST":
        return _answer(request, found)
    if fields.needs_json(found.definition):
        return HttpResponseRedirect(reverse("rule-json", args=[key]))
    form = fields.of(found.definition, request.workspace.pk)
    if "checked" in request.GET and found.draft is not None:
        form.check(found.draft.problems)
    return _page(request, found, form)


def _posted(request: ConsoleRequest, found: Held) -> fields.RuleFields:
    definition = {**found.definition, "key": found.rule.key}
    try:
        return fields.posted(request.POST, request.workspace.pk, definition=definition)
    except InputRefused as refusal:
        raise Malformed(refusal.problems) from refusal


def _answer(request: ConsoleRequest, found: Held) -> HttpResponse:
    form = _posted(request, found)
    if form.asked:
        return _page(request, found, form)
    wanted = request.POST.get("over") or request.POST.get("revision", "")
    try:
        made = save(request, found.rule.key, form.definition(), revision=number(wanted))
    except InputRefused as refusal:
        form.faults[""] = list(refusal.problems)
        return _page(request, found, form, status=422)
    if isinstance(made, Clash):
        return _page(request, found, form, clash=made, status=409)
    return HttpResponseRedirect(reverse("rule-edit", args=[found.rule.key]) + "?checked=1")


@console_change
def autosave(request: ConsoleRequest, key: str) -> HttpResponse:
    """Save the draft while somebody edits; answers how it stands, and tells the page that it was saved."""
    found = held(request, key)
    form = _posted(request, found)
    try:
        made = save(request, key, form.definition(), revision=number(request.POST.get("revision", "")))
    except InputRefused as refusal:
        return page(request, "rules/saved.html", {**around(found, "edit"), "refused": refusal.problems})
    if isinstance(made, Clash):
        return page(request, "rules/saved.html", {**around(found, "edit"), "clash": made})
    answer = page(request, "rules/saved.html", around(Held(rule=found.rule, draft=made), "edit"))
    answer.headers["HX-Trigger-After-Swap"] = "rule-saved"
    return answer


@console_page
def look(request: ConsoleRequest, key: str) -> HttpResponse:
    """Show what the draft says in a sentence, what its checks found, and what it makes of the last events."""
    found = held(request, key)
    told = sentences(found.definition, request.workspace.pk)
    here = (get_language() or "en").lower()
    context = {
        **around(found, "edit"),
        "sentence": told.get(here, told["en"]),
        "other": [{"language": name, "text": text} for name, text in told.items() if name != here],
        "findings": _findings(found),
        "recent": recent_matches(request.workspace.pk, found.definition, now=clock.now()),
    }
    return page(request, "rules/look.html", context, parts={"rule-look": "look"})


def _findings(found: Held) -> list[Mapping[str, Any]]:
    steps = found.draft.steps if found.draft else []
    return [finding for step in steps for finding in step["details"].get("findings", ())]


def _page(
    request: ConsoleRequest,
    found: Held,
    form: fields.RuleFields,
    *,
    clash: Clash | None = None,
    status: int = 200,
) -> HttpResponse:
    names = known(request.workspace.pk)
    offers = {"event": dict.fromkeys(names.events, ""), "trait": dict.fromkeys(names.traits, "")}
    offers |= {kind: dict(references.offered(kind, request.workspace.pk)) for kind in ("flow", "endpoint")}
    context = {
        **around(found, "edit"),
        "form": form,
        "clash": clash,
        "if_conditions": shown(form.condition),
        "unless_conditions": shown(form.exception),
        "deeds": deeds.shown(form.actions),
        "kinds": deeds.KINDS.values(),
        "full": len(form.actions) >= deeds.MOST,
        "modes": MODES,
        "days": DAYS,
        "offers": offers,
        "on": ", ".join(form.on),
    }
    return page(request, "rules/edit.html", context, parts=PARTS, status=status)
