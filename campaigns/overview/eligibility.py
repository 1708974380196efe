"""Answers "why did they not get this journey?" for a person and a day: the first thing that stood in the way."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from audiences.conditions import Place, evaluate, parse
from audiences.facts.reader import load
from audiences.intake.stored import recent_events
from audiences.segments.lookups import find_segment
from audiences.segments.previews.samples import why as judge_why
from audiences.wording import Line, verdict_line
from campaigns.delivery.lookups import messages_of_run
from campaigns.delivery.models import Delivery
from campaigns.delivery.wording import CheckLine
from campaigns.delivery.wording import answer as answer_of
from campaigns.flows.labels import label_of_flow, label_of_run, refusal_text
from campaigns.flows.lookups import refusals_of_person, runs_of_person
from campaigns.flows.models import Flow, Run
from campaigns.rules.explain import judgements_for
from campaigns.rules.live import live_rules

EVENTS: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """The answer: a sentence, the object to look at, and the values that decided."""

    level: str
    text: str
    at: datetime | None = None
    url: str = ""
    line: Line | None = None
    checks: tuple[CheckLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Who is asked about, which journey, and until when."""

    workspace_id: int
    person_id: UUID
    flow: Flow
    until: datetime
    now: datetime


def why_not(question: Question) -> Why:
    """Return the first thing that stood in the way by `until`; or that nothing did, and what came of it."""
    run = _runs(question).order_by("-entered_at").first()
    if run is not None:
        return _of_run(run)
    refusals = refusals_of_person(question.workspace_id, question.person_id).filter(flow=question.flow)
    refusal = refusals.filter(at__lte=question.until).order_by("-id").first()
    if refusal is not None:
        verdict = refusal.detail.get("verdict")
        line = verdict_line(verdict) if verdict else None
        return Why(level="bad", text=_did_not_enter(refusal_text(refusal.reason)), at=refusal.at, line=line)
    return _never_asked(question)


def _runs(question: Question) -> "Any":
    rows = runs_of_person(question.workspace_id, question.person_id)
    return rows.filter(flow=question.flow, entered_at__lte=question.until)


def _of_run(run: Run) -> Why:
    """They entered: the latest message that did not go out explains; else where the run stands or how it ended."""
    url = reverse("run", args=[run.pk])
    stopped = messages_of_run(run.workspace_id, run.pk).exclude(state=Delivery.State.SENT).last()
    if stopped is not None:
        said = answer_of(stopped)
        return Why(
            level=said.level, text=said.text, at=stopped.created_at, url=reverse("message", args=[stopped.pk]),
            checks=said.checks,
        )  # fmt: skip
    text = _("They entered it, and nothing stood in the way: %(state)s.") % {"state": label_of_run(run)}
    return Why(level="ok", text=text, at=run.entered_at, url=url)


def _never_asked(question: Question) -> Why:
    flow = question.flow
    if flow.live is None or flow.state != Flow.State.LIVE:
        return _never(_("the journey is not live: %(state)s") % {"state": label_of_flow(flow.state)})
    entry = flow.live.definition.get("entry", {})
    return READERS.get(entry.get("on", "rule"), _by_rule)(question, entry)


def _by_event(question: Question, entry: dict[str, Any]) -> Why:
    name = entry["event"]
    found = [event for event in _events(question, [name]) if event.event_time <= question.until]
    if not found:
        return _never(_("they never did “%(event)s” by then") % {"event": name})
    event = found[0]
    assert question.flow.live is not None  # asked for before
    if event.event_time < question.flow.live.created_at:
        return _never(_("“%(event)s” came before this version of the journey was live") % {"event": name})
    if not entry.get("if"):
        return _never(_("“%(event)s” has not been looked at yet") % {"event": name}, at=event.event_time)
    condition = parse(entry["if"], place=Place.EVENT)
    person = load(question.workspace_id, [question.person_id], condition.needs(), now=question.now)[question.person_id]
    verdict = evaluate(condition, person.facts_at(event))
    return _never(
        _("the entry condition does not hold") if not verdict.held else _("the entry condition holds only since then"),
        at=event.event_time,
        line=verdict_line(verdict.as_json()),
    )


def _by_segment(question: Question, entry: dict[str, Any]) -> Why:
    segment = find_segment(question.workspace_id, entry["segment"])
    if segment is None or segment.live is None:
        return _never(_("the segment is not in use any more"))
    url = reverse("segment-page", args=[segment.key])
    stays = segment.memberships.filter(person_id=question.person_id, entered_at__lte=question.until)
    if stays.exists():
        return _never(_("they were in “%(name)s” before the journey was live") % {"name": segment.name}, url=url)
    text = _("they were never in “%(name)s” by then") % {"name": segment.name}
    where = segment.live.definition.get("where")
    verdict = judge_why(question.workspace_id, where, question.person_id, now=question.now) if where else None
    return _never(text, url=url, line=verdict_line(verdict.as_json()) if verdict else None)


def _by_rule(question: Question, _entry: dict[str, Any]) -> Why:
    starting = {rule.key for rule in live_rules(question.workspace_id) if question.flow.key in rule.flows}
    if not starting:
        return _never(_("no live rule starts this journey"))
    judged = judgements_for(question.workspace_id, question.person_id, now=question.now, events=EVENTS)
    mine = [each for each in judged if each.rule_key in starting and each.event_time <= question.until]
    if not mine:
        return _never(_("no rule that starts it listens to what they did by then"))
    latest = mine[0]
    text = _("the rule “%(rule)s” did not match") if not latest.fired else _("the rule “%(rule)s” matched")
    return _never(
        text % {"rule": latest.rule_key},
        at=latest.event_time,
        url=reverse("rule", args=[latest.rule_key]),
        line=verdict_line(latest.verdict.as_json()),
    )


def _by_api(_question: Question, _entry: dict[str, Any]) -> Why:
    return _never(_("only another system starts this journey, and none did for them"))


def _events(question: Question, names: list[str]) -> Any:
    return recent_events(question.workspace_id, question.person_id, names=names, limit=EVENTS)


def _never(because: str, *, at: datetime | None = None, url: str = "", line: Line | None = None) -> Why:
    text = _("Never eligible, because %(because)s.") % {"because": because}
    return Why(level="bad", text=text, at=at, url=url, line=line)


def _did_not_enter(because: str) -> str:
    return _("Did not enter: %(because)s.") % {"because": because}


READERS: Final = {"event": _by_event, "segment": _by_segment, "rule": _by_rule, "api": _by_api}
