"""When time alone turns an answer: the interpreter names the first such instant, the SQL none that is later."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audiences.conditions import Condition, EventFact, Facts, Place, evaluate, next_change, parse
from audiences.segments.sql import compile_for_people
from tests.agreement.strategies import NOW, TICK, WINDOWS, conditions, counts, pasts, people
from tests.agreement.world import facts_of, settle
from tests.factories import workspace

pytestmark = pytest.mark.django_db
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
worlds = st.lists(people, min_size=1, max_size=4)
raws = st.lists(st.one_of(conditions(Place.SEGMENT), pasts()), min_size=5, max_size=5)


def judged_at(condition: Condition, facts: Facts, now) -> bool:
    return evaluate(condition, facts.at(now)).held


@QUICK
@given(worlds, raws, st.timedeltas(timedelta(0), timedelta(days=80)))
def test_nothing_turns_before_the_change_that_is_named(world, raw, span):
    parsed = [parse(one, place=Place.SEGMENT) for one in raw]
    with transaction.atomic():
        brand = workspace().id
        ids, _ = settle(brand, world)
        known = facts_of(brand, ids, parsed)
        transaction.set_rollback(True)
    for i in ids:
        facts = known[i].facts_at(NOW)
        for condition in parsed:
            held, change = evaluate(condition, facts).held, next_change(condition, facts)
            assert change is None or change > NOW
            before = NOW + span if change is None else min(NOW + span, change - TICK)
            assert judged_at(condition, facts, before) is held


@QUICK
@given(worlds, st.lists(counts(), min_size=5, max_size=5))
def test_a_count_turns_exactly_when_it_is_said_to(world, raw):
    parsed = [parse(one, place=Place.SEGMENT) for one in raw]
    with transaction.atomic():
        brand = workspace().id
        ids, _ = settle(brand, world)
        known = facts_of(brand, ids, parsed)
        transaction.set_rollback(True)
    for i in ids:
        facts = known[i].facts_at(NOW)
        for condition in parsed:
            if (change := next_change(condition, facts)) is not None:
                assert judged_at(condition, facts, change) is not evaluate(condition, facts).held


@QUICK
@given(worlds, raws)
def test_sql_looks_again_no_later_than_the_interpreter(world, raw):
    parsed = [parse(one, place=Place.SEGMENT) for one in raw]
    with transaction.atomic():
        brand = workspace().id
        ids, _ = settle(brand, world)
        known = facts_of(brand, ids, parsed)
        found = [due_by_sql(brand, condition) for condition in parsed]
        transaction.set_rollback(True)
    for i in ids:
        for condition, due in zip(parsed, found, strict=True):
            change = next_change(condition, known[i].facts_at(NOW))
            assert due[i] is None or due[i] > NOW
            assert change is None or (due[i] is not None and due[i] <= change), condition.as_json()


def due_by_sql(brand: int, condition: Condition, *, now=NOW):
    compiled = compile_for_people(brand, condition, now=now, with_changes=True)
    with connection.cursor() as cursor:
        cursor.execute(compiled.select(f"{compiled.key}, {compiled.changes}"), compiled.params())
        return dict(cursor.fetchall())


@given(st.sampled_from(sorted(WINDOWS)))
def test_an_event_exactly_as_old_as_the_window_is_outside(within):
    condition = parse({"did": "buy", "within": within}, place=Place.SEGMENT)
    at = NOW - timedelta(seconds=WINDOWS[within])
    for nudge, held in ((timedelta(0), False), (TICK, True)):
        event = EventFact(name="buy", at=at + nudge, properties={})
        assert evaluate(condition, Facts(now=NOW, traits={}, history={"buy": [event]})).held is held
