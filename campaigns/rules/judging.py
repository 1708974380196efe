"""Judges the events of a batch by the live rules of their workspace: which match, on which facts, and why."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from audiences.conditions import Facts, Needs, Verdict
from audiences.conditions.values import lookup, nfc
from audiences.conditions.verdict import cut
from audiences.facts.past import load_past
from audiences.facts.reader import PersonFacts, event_fact
from audiences.intake import EventRow
from campaigns.rules.live import LiveRule, RuleSet, rule_set

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A rule version that matched an event, with the facts that it read and the verdict leaf by leaf."""

    rule: LiveRule
    event: EventRow
    facts: Mapping[str, Any]
    verdict: Verdict
    seen: Facts
    """All that was known when the rule was judged: actions take values from it."""


def judge(workspace_id: int, events: Sequence[EventRow], *, now: datetime, interpreted: bool = False) -> list[Match]:
    """Return the matches of `events`, in the order of events and then of the rules' priorities.

    `interpreted` keeps durable_rules out, for events that are suspected of having killed a worker.
    """
    rules = rule_set(workspace_id)
    matcher = rules.interpreter if interpreted else rules.matcher
    names = matcher.event_names
    judged = [event for event in events if nfc(event.name) in names]
    known = facts_for(workspace_id, rules, judged, now=now)
    matches: list[Match] = []
    for event in judged:
        at_hand = event_fact(event)
        facts = known[event.person_id].facts_at(at_hand)
        matched = matcher.match(at_hand, facts)
        for rule in rules.acting(matched) if matched else ():
            match = _explained(rule, event, facts)
            matches += [match] if match else []
    return matches


def facts_for(
    workspace_id: int, rules: RuleSet, events: Sequence[EventRow], *, now: datetime
) -> dict[UUID, PersonFacts]:
    """Load what the rules read about the people of `events`, in a number of queries that does not grow with either.

    Traits are as of each event's time, so that it does not matter what else came in the same batch.
    """
    if not events:
        return {}
    people = {event.person_id for event in events}
    earliest = min(event.event_time for event in events)
    return load_past(workspace_id, people, rules.needs, now=now, earliest=earliest, stays=False)


def facts_read(needs: Needs, facts: Facts) -> dict[str, Any]:
    """Return, as JSON, the values that a condition read: kept with a firing, so that it can be shown for ever."""
    read: dict[str, Any] = {"now": facts.now.isoformat(), "traits": _picked(needs.traits, facts.traits)}
    if facts.event is not None:
        properties = _picked(needs.properties, facts.event.properties)
        read["event"] = {"name": facts.event.name, "properties": properties}
    if needs.segments:
        read["segments"] = sorted(needs.segments & facts.segments)
    return read


def _picked(names: frozenset[str], tree: Mapping[str, Any]) -> dict[str, Any]:
    return {name: cut(value) for name in sorted(names) if (value := lookup(name)(tree)) is not None}


def _explained(rule: LiveRule, event: EventRow, facts: Facts) -> Match | None:
    """Explain a match. Should the interpreter not share the engine's opinion, nothing fires and the log says so."""
    verdict = rule.judge(facts)
    if not verdict.held:
        logger.error("rule %s matched event %s, but the interpreter says it does not hold", rule.key, event.id)
        return None
    read = facts_read(rule.needs, facts) | ({"rows": list(rule.rows)} if rule.rows else {})
    return Match(rule=rule, event=event, facts=read, verdict=verdict, seen=facts)
