"""The interpreter, its quick form, PostgreSQL and durable_rules give one answer, whatever the input."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audiences.conditions import Condition, EventFact, Facts, Place, compile_predicate, evaluate, parse
from audiences.segments.sql import compile_for_events, compile_for_people, verdicts
from campaigns.rules.compile import Clause
from campaigns.rules.program import Program
from tests.agreement.strategies import EVENTS, NOW, Someone, conditions, people
from tests.agreement.world import facts_of, settle
from tests.factories import workspace

pytestmark = pytest.mark.django_db
CONDITIONS, PEOPLE = 20, 4
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
THOROUGH = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
worlds = st.lists(people, min_size=1, max_size=PEOPLE)


def many(place: Place) -> st.SearchStrategy[list[Any]]:
    return st.lists(conditions(place), min_size=CONDITIONS, max_size=CONDITIONS)


def answers(parsed: Sequence[Condition], facts: Facts) -> tuple[bool, ...]:
    judged = tuple(evaluate(condition, facts).held for condition in parsed)
    assert judged == tuple(compile_predicate(condition)(facts) for condition in parsed)
    return judged


def compare_for_people(world: list[Someone], raw: list[Any]) -> None:
    parsed = [parse(one, place=Place.SEGMENT) for one in raw]
    with transaction.atomic():
        brand = workspace().id
        ids, _ = settle(brand, world)
        known = facts_of(brand, ids, parsed)
        expected = {i: answers(parsed, known[i].facts_at(NOW)) for i in ids}
        everyone = verdicts(compile_for_people(brand, *parsed, now=NOW))
        some = verdicts(compile_for_people(brand, *parsed, now=NOW, people=ids[:2]))
        transaction.set_rollback(True)
    for index, one in enumerate(raw):
        for i in ids:
            assert everyone[i][index] == expected[i][index], one
    assert some == {i: expected[i] for i in ids[:2]}


def compare_for_events(world: list[Someone], raw: list[Any]) -> None:
    parsed = [parse(one, place=Place.EVENT) for one in raw]
    with transaction.atomic():
        brand = workspace().id
        ids, event_ids = settle(brand, world)
        known = facts_of(brand, ids, parsed)
        hands = at_hand(event_ids)
        expected = {i: answers(parsed, known[person].facts_at(event)) for i, (person, event) in hands.items()}
        found = verdicts(compile_for_events(brand, *parsed, events=event_ids, now=NOW))
        transaction.set_rollback(True)
    matched = by_engine(parsed, {i: (event, known[person].facts_at(event)) for i, (person, event) in hands.items()})
    for i, told in expected.items():
        for index, one in enumerate(raw):
            assert (found[i][index], matched[i][index]) == (told[index], told[index]), one


def by_engine(parsed: Sequence[Condition], hands: dict[UUID, tuple[EventFact, Facts]]) -> dict[UUID, tuple[bool, ...]]:
    clauses = [Clause(id=index, on=tuple(EVENTS), condition=condition) for index, condition in enumerate(parsed)]
    program = Program(clauses)
    try:
        found = {i: program.match(event, facts) for i, (event, facts) in hands.items()}
        assert program.faults == 0
    finally:
        program.retire()
    return {i: tuple(index in matched for index in range(len(parsed))) for i, matched in found.items()}


def at_hand(event_ids: list[UUID]) -> dict[UUID, tuple[UUID, EventFact]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, person_id, name, event_time, properties::text from audiences_event where id = any(%s)",
            [event_ids],
        )
        return {
            i: (person, EventFact(name=name, at=at, properties=msgspec.json.decode(properties), id=i))
            for i, person, name, at, properties in cursor.fetchall()
        }


@QUICK
@given(worlds, many(Place.SEGMENT))
def test_interpreter_and_sql_agree_about_people(world, raw):
    compare_for_people(world, raw)


@QUICK
@given(worlds, many(Place.EVENT))
def test_interpreter_sql_and_engine_agree_about_events_at_hand(world, raw):
    compare_for_events(world, raw)


@pytest.mark.slow
@THOROUGH
@given(worlds, many(Place.SEGMENT))
def test_interpreter_and_sql_agree_about_people_thoroughly(world, raw):
    compare_for_people(world, raw)


@pytest.mark.slow
@THOROUGH
@given(worlds, many(Place.EVENT))
def test_interpreter_sql_and_engine_agree_about_events_thoroughly(world, raw):
    compare_for_events(world, raw)
