"""One event under the glass: each condition with its value and time, the table's rows, why not, by any version."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from audiences.conditions import Verdict
from audiences.intake.stored import latest_events
from audiences.wording import verdict_line
from campaigns.rules.desk.around import find, version_named, versions_to_choose
from campaigns.rules.editor.drafts import around, held
from campaigns.rules.explain import first_failed
from campaigns.rules.live import read_version
from campaigns.rules.models import Rule, RuleVersion
from campaigns.rules.publishing.given import read_case, situation
from campaigns.rules.tables.rules import Hit
from campaigns.rules.tracing import Leaf, Trace, take_apart, trace
from compliance.access.console import ConsoleRequest, console_own, console_page
from config.kit import clock
from config.kit.errors import InputRefused, refuse
from config.kit.forms import Form
from config.kit.pages import page

LATEST: Final = 12
LARGEST: Final = 20_000


@console_page
def rule_trace(request: ConsoleRequest, key: str) -> HttpResponse:
    """Show how a version judges an event that is stored, as of the event's time."""
    rule = find(request, key)
    version = version_named(rule, request.GET.get("version", ""))
    named = request.GET.get("event", "").strip()
    context = _context(request, rule, version)
    if named and version is not None:
        event_id = _uuid(named)
        found = trace(version, event_id, now=clock.now()) if event_id else None
        context |= _told(version, found) if found else {"nothing": True}
    return page(request, "rules/trace.html", {**context, "named": named})


def _context(request: ConsoleRequest, rule: Rule, version: RuleVersion | None) -> dict[str, Any]:
    head = around(held(request, rule.key), "trace")
    names = _names(version.definition if version else {})
    return {
        **head,
        "versions": versions_to_choose(rule, head["draft"]),
        "version": str(version.number or "draft") if version else "",
        "can_judge": version is not None,
        "events": latest_events(rule.workspace_id, names, limit=LATEST) if names else [],
        "form": Form(id="rule-try", values={"event": names[0] if names else "", "properties": "{}", "traits": "{}"}),
    }


def _names(definition: Mapping[str, Any]) -> list[str]:
    on = definition.get("on") or []
    return [on] if isinstance(on, str) else [name for name in on if isinstance(name, str)]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _told(version: RuleVersion, found: Trace) -> dict[str, Any]:
    judged = found.judgement
    shown = _parts(version, found.leaves, found.hits, judged.verdict)
    timings = {"facts_ms": found.facts_ms, "judged_us": found.judged_us}
    return {"judged": judged, "holds": judged.verdict.held, "listens": judged.listens, **timings, **shown}


def _parts(version: RuleVersion, leaves: Iterable[Leaf], hits: Iterable[Hit], verdict: Verdict) -> dict[str, Any]:
    rows, failed = version.definition.get("rows", []), first_failed(verdict)
    return {
        "leaves": [{"line": verdict_line(leaf.verdict.as_json()), "us": leaf.us} for leaf in leaves],
        "hits": [{"row": hit.row, "taken": hit.taken, **rows[hit.row - 1]} for hit in hits],
        "verdict": verdict_line(verdict.as_json()),
        "failed": verdict_line(failed.as_json()) if failed else None,
    }


@console_own
def rule_try(request: ConsoleRequest, key: str) -> HttpResponse:
    """Judge an event that somebody wrote; viewers may, for nothing is stored and nothing done."""
    rule = find(request, key)
    version = version_named(rule, request.POST.get("version", ""))
    context, typed = _context(request, rule, version), request.POST.dict()
    try:
        context |= _tried(version, typed)
        context["form"] = Form(id="rule-try", values=typed)
    except InputRefused as refusal:
        context["form"] = Form(id="rule-try", values=typed, problems=refusal.problems)
    return page(request, "rules/trace.html", context, status=422 if context["form"].problems else 200)


def _tried(version: RuleVersion | None, typed: Mapping[str, str]) -> dict[str, Any]:
    live = read_version(version) if version else None
    if version is None or live is None or live.aggregate is not None:
        raise refuse("", _("What judges groups of events cannot be tried on one."), "")
    segments = [name.strip() for name in typed.get("segments", "").replace("，", ",").split(",") if name.strip()]
    facts = {"traits": _object(typed, "traits"), "segments": segments}
    event = {"name": typed.get("event", "").strip(), "properties": _object(typed, "properties")}
    given = read_case({"name": "try", "event": event, "facts": facts, "expect": {"fires": True}})
    happened, known = situation(given["event"], given["facts"])
    found = take_apart(live, known)
    shown = _parts(version, found.leaves, found.hits, found.verdict)
    return {"holds": found.verdict.held, "listens": happened.name in live.on, "judged_us": found.us, **shown}


def _object(typed: Mapping[str, str], name: str) -> Any:
    text = typed.get(name, "").strip()[:LARGEST] or "{}"
    try:
        return json.loads(text)
    except ValueError as fault:
        raise refuse(f"/{name}", str(fault), '{"amount": 120}') from fault
