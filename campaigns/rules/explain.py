"""Says why a rule fired for somebody, and why not: the verdict that was kept, or a fresh one on stored facts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from operator import or_
from uuid import UUID

from audiences.conditions import Facts, Needs, Verdict
from audiences.conditions.values import nfc
from audiences.facts.past import load_past
from audiences.facts.reader import PersonFacts, event_fact
from audiences.intake import EventRow
from audiences.intake.stored import recent_events, stored_events
from campaigns.rules.live import LiveRule, live_rules, read_version
from campaigns.rules.lookups import held_back
from campaigns.rules.models import Firing, HeldBack, RuleVersion
from campaigns.rules.steering.standing import outside
from compliance.access.workspaces import zone_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a rule version made of an event.

    `fired` tells what happened then. The verdict of a firing is the one that was kept; any other is given now, with
    windows, traits and memberships as of the event's time, computed traits and consents as they are today. `failed` is
    the first leaf in written order that kept the rule from holding.
    """

    rule_id: int
    rule_key: str
    version_id: int
    number: int
    mode: str
    event_id: UUID
    event_name: str
    event_time: datetime
    fired: bool
    kept: bool
    listens: bool
    verdict: Verdict
    failed: Verdict | None
    held_back: "HoldingBack | None" = None
    """What kept it from firing although it held, as far as that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingBack:
    """Why a match did not fire: a word, and the key of the rule that excluded it."""

    reason: str
    by: str = ""


def why_not(version: RuleVersion, event_id: UUID, *, now: datetime) -> Judgement | None:
    """Judge a stored event by any version of a rule; None if there is no such event in the rule's workspace."""
    rule = read_version(version)
    event = stored_events(version.rule.workspace_id, [event_id]).get(event_id)
    if rule is None or event is None:
        return None
    return _judgements(version.rule.workspace_id, [rule], [event], now=now)[0]


def facts_then(workspace_id: int, rule: LiveRule, event_id: UUID, *, now: datetime) -> Facts:
    """Return what was known at a stored event of what the rule reads; raises KeyError if there is no such event."""
    event = stored_events(workspace_id, [event_id])[event_id]
    known = load_past(workspace_id, [event.person_id], rule.needs, now=now, earliest=event.event_time)
    return known[event.person_id].facts(rule.judged_at(event.event_time), event=event_fact(event))


def judgements_for(workspace_id: int, person_id: UUID, *, now: datetime, events: int = 20) -> list[Judgement]:
    """Return, for the person's latest events, what each live rule that listens to them made of each; latest first."""
    rules = [rule for rule in live_rules(workspace_id) if rule.aggregate is None]
    names = sorted({name for rule in rules for name in rule.on})
    if not names:
        return []
    found = recent_events(workspace_id, person_id, names=names, limit=events)
    return _judgements(workspace_id, rules, found, now=now, listening=True)


def first_failed(verdict: Verdict) -> Verdict | None:
    """Return the first leaf that kept a condition from holding; None if it held."""
    return None if verdict.held else _decisive(verdict)


def _judgements(
    workspace_id: int, rules: Sequence[LiveRule], events: Sequence[EventRow], *, now: datetime, listening: bool = False
) -> list[Judgement]:
    """Judge every event by every rule, or only by those that are `listening` to it."""
    if not events:
        return []
    needs = reduce(or_, (rule.condition.needs() for rule in rules), Needs())
    people = {event.person_id for event in events}
    known = load_past(workspace_id, people, needs, now=now, earliest=min(event.event_time for event in events))
    kept = _kept(rules, events)
    held = held_back([rule.rule_id for rule in rules], [event.id for event in events], people)
    zone = zone_of(workspace_id)
    return [
        _held_back(
            _judgement(rule, event, known[event.person_id], kept.get((rule.rule_id, event.id))),
            rule,
            event,
            held.get((rule.rule_id, event.id)),
            zone=zone,
        )
        for event in events
        for rule in rules
        if not listening or nfc(event.name) in rule.on
    ]


def _held_back(
    judgement: Judgement, rule: LiveRule, event: EventRow, known: HeldBack | None, *, zone: str
) -> Judgement:
    """Add why the rule was held back: as it was kept, or by what can be told from the rule alone."""
    if judgement.fired or not judgement.listens or not judgement.verdict.held:
        return judgement
    if known is not None:
        return replace(judgement, held_back=HoldingBack(reason=known.reason, by=known.held_by))
    reason = outside(rule.controls, rule.key, person_id=event.person_id, at=event.event_time, zone=zone)
    return replace(judgement, held_back=HoldingBack(reason=reason)) if reason else judgement


def _kept(rules: Sequence[LiveRule], events: Sequence[EventRow]) -> dict[tuple[int, UUID], Firing]:
    rows = Firing.objects.filter(
        person_id__in={event.person_id for event in events},
        event_id__in=[event.id for event in events],
        rule_id__in=[rule.rule_id for rule in rules],
    )
    return {(row.rule_id, row.event_id): row for row in rows}


def _judgement(rule: LiveRule, event: EventRow, person: PersonFacts, firing: Firing | None) -> Judgement:
    kept = firing is not None and firing.version_id == rule.version_id
    facts = person.facts(rule.judged_at(event.event_time), event=event_fact(event))
    verdict = Verdict.from_json(firing.verdict) if firing is not None and kept else rule.judge(facts)
    return Judgement(
        rule_id=rule.rule_id,
        rule_key=rule.key,
        version_id=rule.version_id,
        number=rule.number,
        mode=rule.mode if firing is None else firing.mode,
        event_id=event.id,
        event_name=event.name,
        event_time=event.event_time,
        fired=firing is not None,
        kept=kept,
        listens=nfc(event.name) in rule.on,
        verdict=verdict,
        failed=first_failed(verdict),
    )


def _decisive(verdict: Verdict) -> Verdict:
    """Follow the part that decided, down to a leaf: one that failed, or under a `not` one that held."""
    if not verdict.children:
        return verdict
    if verdict.what == "not":
        return _decisive(verdict.children[0])
    alike = next(child for child in verdict.children if child.held is verdict.held)
    return _decisive(alike)
