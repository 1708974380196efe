"""The test cases of a rule: how each ends on the draft, and the form of one."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from audiences.intake.stored import latest_events, stored_events
from campaigns.rules.editor.drafts import Held, around, held
from campaigns.rules.editor.places import read
from campaigns.rules.explain import facts_then
from campaigns.rules.form import parse_rule
from campaigns.rules.judging import facts_read
from campaigns.rules.live import rule_of
from campaigns.rules.publishing.cases import cases_of, delete_case, run_cases, save_case
from campaigns.rules.publishing.models import RuleCase
from compliance.access.console import ConsoleRequest, actor_of, console_change, console_form, console_page
from compliance.access.forms import submit
from config.kit import clock
from config.kit.errors import InputRefused, Problem
from config.kit.forms import Form
from config.kit.pages import page

OFFERED: int = 10


@console_page
def cases(request: ConsoleRequest, key: str) -> HttpResponse:
    """List the shared cases and one's own, each with how it ends on what the draft says now."""
    found = held(request, key)
    listed = list(cases_of(found.rule, actor=actor_of(request)).order_by("name", "pk"))
    context = {**around(found, "cases"), "rows": _rows(found, listed), "events": _offered(request, found)}
    return page(request, "rules/cases.html", context)


def _rows(found: Held, listed: Sequence[RuleCase]) -> list[dict[str, Any]]:
    try:
        form = parse_rule(found.definition)
    except InputRefused:
        return [{"case": case} for case in listed]
    if form.is_timed:
        return [{"case": case} for case in listed]
    results = run_cases(form, listed)
    return [{"case": case, "result": result} for case, result in zip(listed, results, strict=True)]


def _offered(request: ConsoleRequest, found: Held) -> Sequence[Any]:
    """Return stored events from which a case can be made."""
    on = found.definition.get("on") or []
    names = [on] if isinstance(on, str) else [str(name) for name in on]
    return latest_events(request.workspace.pk, names, limit=OFFERED) if names else []


@console_form
def case(request: ConsoleRequest, key: str, case_id: int = 0) -> HttpResponse:
    """Make a case (of a stored event, if one is named), or change one."""
    found = held(request, key)
    known = cases_of(found.rule, actor=actor_of(request)).filter(pk=case_id).first()
    if case_id and known is None:
        raise Http404
    if request.method != "POST":
        values = _values(_told(known)) if known else _values(_made_of(request, found))
        return _form_page(request, found, Form(id="case-form", values=values), known)
    post = request.POST

    def act() -> None:
        save_case(found.rule, _raw(post), actor=actor_of(request), now=clock.now(), case_id=case_id or None)

    def again(problems: Sequence[Problem]) -> HttpResponse:
        placed = [Problem(path=_field(one.path), message=one.message, hint=one.hint) for one in problems]
        form = Form(id="case-form", values=post.dict(), problems=placed)
        return _form_page(request, found, form, known, status=422)

    return submit(request, act, again=again, to=reverse("rule-cases", args=[key]), said=_("The case is kept."))


@console_change
def drop_case(request: ConsoleRequest, key: str, case_id: int) -> HttpResponse:
    """Delete a case."""
    found = held(request, key)
    act = partial(delete_case, found.rule, case_id, actor=actor_of(request), now=clock.now())
    try:
        return submit(request, act, to=reverse("rule-cases", args=[key]), said=_("The case is deleted."))
    except RuleCase.DoesNotExist:
        raise Http404 from None


def _told(known: RuleCase) -> dict[str, Any]:
    return {name: getattr(known, name) for name in ("name", "private", "event", "facts", "expect")}


def _made_of(request: ConsoleRequest, found: Held) -> dict[str, Any]:
    """Return a case as an event of the workspace makes it: what happened, and what was known of the person."""
    blank = {"event": {"name": "", "properties": {}}, "facts": {}, "expect": {"fires": True}}
    ident = _uuid(request.GET.get("event", ""))
    event = stored_events(request.workspace.pk, [ident]).get(ident) if ident else None
    if event is None or ident is None:
        on = found.definition.get("on") or [""]
        return blank | {"event": {"name": on if isinstance(on, str) else str(on[0]), "properties": {}}}
    facts = _known_then(request, found, ident)
    made = {"name": event.name, "at": event.event_time.isoformat(), "properties": event.properties}
    return blank | {"name": f"{event.name} {event.event_time:%Y-%m-%d %H:%M}", "event": made, "facts": facts}


def _known_then(request: ConsoleRequest, found: Held, ident: UUID) -> dict[str, Any]:
    try:
        rule = rule_of(parse_rule(found.definition))
    except InputRefused:
        return {}
    told = facts_read(rule.needs, facts_then(request.workspace.pk, rule, ident, now=clock.now()))
    return {name: told[name] for name in ("traits", "segments") if told.get(name)}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _values(told: Mapping[str, Any]) -> dict[str, str]:
    event, expect = told["event"], told["expect"]
    return {
        "name": str(told.get("name", "")),
        "private": "on" if told.get("private") else "",
        "event": str(event.get("name", "")),
        "at": str(event.get("at", "")),
        "properties": json.dumps(event.get("properties", {}), ensure_ascii=False, indent=2),
        "facts": json.dumps(told["facts"], ensure_ascii=False, indent=2),
        "fires": "yes" if expect.get("fires") else "no",
    }


def _raw(post: Mapping[str, str]) -> dict[str, Any]:
    event: dict[str, Any] = {"name": post.get("event", "").strip(), "properties": _json(post, "properties")}
    if post.get("at", "").strip():
        event["at"] = post["at"].strip()
    return {
        "name": post.get("name", "").strip(),
        "private": "private" in post,
        "event": event,
        "facts": _json(post, "facts"),
        "expect": {"fires": post.get("fires") != "no"},
    }


def _json(post: Mapping[str, str], name: str) -> Any:
    try:
        return read(post.get(name, "").strip() or "{}")
    except InputRefused as refusal:
        (fault,) = refusal.problems
        raise InputRefused([Problem(path=f"/{name}", message=f"{fault.path}: {fault.message}")]) from refusal


def _field(path: str) -> str:
    """Return the field of the form that a place of a case belongs to."""
    first, _slash, rest = path.strip("/").partition("/")
    if first != "event":
        return f"/{first}"
    return f"/{rest.partition('/')[0]}" if rest.startswith(("properties", "at")) else "/event"


def _form_page(
    request: ConsoleRequest, found: Held, form: Form, known: RuleCase | None, *, status: int = 200
) -> HttpResponse:
    context = {**around(found, "cases"), "form": form, "case": known}
    return page(request, "rules/case.html", context, parts={"case-form": "form"}, status=status)
