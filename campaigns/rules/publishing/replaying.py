"""Judges stored events by a definition, beside the live version: what would have fired, and what would no longer.

It is the same program and the same facts as of the event's time as in the drain; nothing is written.
"""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from audiences.conditions import EventFact, Facts
from audiences.facts.past import load_past
from audiences.intake.scanning import Happened, Period, of_people, scan
from campaigns.rules.live import LiveRule, RuleSet
from campaigns.rules.publishing.restraint import Restraint
from compliance.access.workspaces import zone_of

EXAMPLES: Final = 20
PEOPLE_AT_ONCE: Final = 500
ASKED: Final = 1
LIVE: Final = 2
_NOTHING: Final[Mapping[str, Any]] = {}


@dataclass(slots=True)
class Count:
    """How often one of the two would have fired, and for whom."""

    fired: int = 0
    people: set[UUID] = field(default_factory=set)

    def add(self, person_id: UUID) -> None:
        self.fired += 1
        self.people.add(person_id)

    def as_json(self) -> dict[str, int]:
        return {"fired": self.fired, "people": len(self.people)}


@dataclass(slots=True, kw_only=True)
class Tally:
    """What came of a replay so far. `live_events` are the events on which the live version fires."""

    events: int = 0
    asked: Count = field(default_factory=Count)
    live: Count = field(default_factory=Count)
    added: int = 0
    removed: int = 0
    held_back: int = 0
    days: Counter[str] = field(default_factory=Counter)
    live_events: set[UUID] = field(default_factory=set)
    examples: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {"added": [], "removed": [], "kept": []})


class Replay:
    """A definition and the live version, ready to judge events; `retire` it when done."""

    def __init__(self, asked: LiveRule, live: LiveRule | None, *, workspace_id: int, now: datetime) -> None:
        self.tally = Tally()
        self._asked = replace(asked, version_id=ASKED)
        both = [self._asked, *([replace(live, version_id=LIVE)] if live else [])]
        self._rules = RuleSet(both, stamp=0)
        zone = zone_of(workspace_id)
        self._restraints = {rule.version_id: Restraint(rule, zone=zone) for rule in both}
        self.left_out = self._restraints[ASKED].left_out
        self.names = sorted({name for rule in both for name in rule.on})
        self._workspace_id = workspace_id
        self._now = now

    @property
    def reads_people(self) -> bool:
        """Whether anything but the event itself is read."""
        needs = self._rules.needs
        return bool(
            needs.traits or needs.segments or needs.event_names or needs.tallied or needs.told or needs.consents
        )

    def over_all(self, period: Period) -> Iterator[int]:
        """Judge the events of a period that read nothing but themselves; yields how many, batch by batch."""
        for batch in scan(period):
            yield self._judge_alone(batch)

    def over_people(self, period: Period, people: Sequence[UUID]) -> Iterator[int]:
        """Judge the events of these people, whose facts are read some hundred people at a time."""
        for start in range(0, len(people), PEOPLE_AT_ONCE):
            yield self._judge_people(period, people[start : start + PEOPLE_AT_ONCE])

    def retire(self) -> None:
        """Give the program's memory back."""
        self._rules.retire()

    def _judge_alone(self, batch: Sequence[Happened]) -> int:
        match = self._rules.matcher.match
        for happened in batch:
            event = happened.event
            facts = Facts(now=event.at, traits=_NOTHING, event=event)
            if matched := match(event, facts):
                self._note(happened.person_id, event, facts, matched)
        self.tally.events += len(batch)
        return len(batch)

    def _judge_people(self, period: Period, people: Sequence[UUID]) -> int:
        batch = of_people(period, people)
        if not batch:
            return 0
        whose = {happened.person_id for happened in batch}
        known = load_past(self._workspace_id, whose, self._rules.needs, now=self._now, earliest=period.since)
        match = self._rules.matcher.match
        for happened in batch:
            facts = known[happened.person_id].facts_at(happened.event)
            if matched := match(happened.event, facts):
                self._note(happened.person_id, happened.event, facts, matched)
        self.tally.events += len(batch)
        return len(batch)

    def _note(self, person_id: UUID, event: EventFact, facts: Facts, matched: frozenset[int]) -> None:
        tally = self.tally
        acting = {rule.version_id for rule in self._rules.acting(matched)}
        fires = {ident for ident in acting if self._restraints[ident].lets(person_id, event.at)}
        asked, live = ASKED in fires, LIVE in fires
        tally.held_back += ASKED in acting and not asked
        if not fires:
            return
        if asked:
            tally.asked.add(person_id)
            tally.days[event.at.date().isoformat()] += 1
        if live:
            tally.live.add(person_id)
            if event.id is not None:
                tally.live_events.add(event.id)
        tally.added += asked and not live
        tally.removed += live and not asked
        examples = tally.examples["kept" if asked and live else "added" if asked else "removed"]
        if len(examples) < EXAMPLES:
            examples.append(self._example(person_id, event, facts))

    def _example(self, person_id: UUID, event: EventFact, facts: Facts) -> dict[str, Any]:
        told = {"event_id": str(event.id), "person_id": str(person_id), "event": event.name}
        return {**told, "event_time": event.at.isoformat(), "verdict": self._asked.judge(facts).as_json()}


class Pace:
    """How fast it goes, for the result and for who waits."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    def as_json(self, events: int) -> dict[str, float]:
        seconds = time.perf_counter() - self._start
        return {"seconds": round(seconds, 2), "events_per_second": round(events / seconds) if seconds else 0}
