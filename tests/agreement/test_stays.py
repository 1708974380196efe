"""A stay begins and ends at the very instant at which the answer turned, however long nobody looked."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from audiences.conditions import Needs, Place, parse
from audiences.facts.reader import PersonFacts, load
from audiences.people.models import Person
from audiences.segments.models import Membership
from tests.agreement.test_bookkeeping import FIRST, Story, steps

pytestmark = pytest.mark.django_db
ANCIENT = timedelta(days=400)
AGES = [timedelta(hours=1), *(timedelta(hours=36) * n for n in range(1, 5)), timedelta(days=7), timedelta(days=30)]
AGES += [timedelta(days=14), timedelta(hours=36) + timedelta(days=7)]
PARSED = {raw["key"]: parse(raw["where"], place=Place.SEGMENT) for raw in FIRST}
ALONE = {
    key: condition
    for key, condition in PARSED.items()
    if not condition.needs().segments and "segment.entered" not in condition.needs().event_names
}
"""The segments that depend on nothing but people, their events and the time."""


class Observed(Story):
    """A story in which every passing of time is checked against asking at each instant that could matter."""

    def time(self, seconds: int) -> None:
        self.settle()
        before, known = self.now, self.known()
        super().time(seconds)
        self.settle()
        for person_id, facts in known.items():
            for key, condition in ALONE.items():
                self.check(key, person_id, list(self.turned(condition, facts, before)), since=before)

    def known(self) -> dict[Any, PersonFacts]:
        needs = Needs()
        for condition in ALONE.values():
            needs |= condition.needs()
        people = Person.objects.filter(workspace_id=self.brand, merged_into=None).values_list("pk", flat=True)
        return load(self.brand, people, needs, now=self.now, earliest=self.now - ANCIENT)

    def turned(self, condition: Any, facts: PersonFacts, before: datetime) -> Iterator[datetime]:
        """Yield the first instant at which the answer is what it is at the end, if it was another one before."""
        at_end = condition.judge(facts.facts_at(self.now)).held
        if condition.judge(facts.facts_at(before)).held is at_end:
            return
        for instant in sorted(self.instants(facts, before)):
            if condition.judge(facts.facts_at(instant)).held is at_end:
                yield instant
                return

    def instants(self, facts: PersonFacts, before: datetime) -> set[datetime]:
        marks = {event.at for events in facts.history.values() for event in events}
        marks |= {said.at for told in facts.told.values() for said in told}
        marks |= (
            {facts.first_seen} if facts.first_seen else set()
        )  # what was never told holds since the person is known
        for tree in (facts.traits, *(event.properties for events in facts.history.values() for event in events)):
            marks |= {datetime.fromisoformat(tree[name]) for name in ("seen", "due") if tree.get(name)}
        tick = timedelta(microseconds=1)  # "more than an hour ago" begins just after the hour
        found = {
            mark + age + nudge for mark in marks for age in (timedelta(0), *AGES) for nudge in (-tick, 0 * tick, tick)
        }
        return {instant for instant in found if before < instant <= self.now} | {self.now}

    def check(self, key: str, person_id: Any, expected: list[datetime], *, since: datetime) -> None:
        stays = Membership.objects.filter(workspace_id=self.brand, segment__key=key, person_id=person_id)
        instants = [at for stay in stays.values_list("entered_at", "left_at") for at in stay if at and at > since]
        assert instants == expected, (key, since, self.now)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps)
def test_stays_bear_the_instants_at_which_answers_turned(story):
    with transaction.atomic():
        run = Observed()
        for what, *rest in story:
            if what != "define":
                getattr(run, what)(*rest)
                run.settle()
        transaction.set_rollback(True)
