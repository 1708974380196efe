"""The one reader: as much history as is needed, and what was true at the instant that is judged."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audiences.conditions import Needs, Place, evaluate, needs, parse
from audiences.facts.reader import load
from audiences.intake.models import EventKind
from config.kit.ids import derived
from tests.audiences.events import come, row
from tests.factories import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
U = derived(1, "user", "u")


def facts(wanted: Needs, *people, now=NOON, **more):
    return load(1, people or [U], wanted, now=now, **more)


def test_traits_and_the_needed_history_are_read_in_order():
    come(*(row(1, user="u", at=NOON - n * DAY, properties={"n": n}) for n in (1, 3, 2)), row(1, user="u", name="view"))
    come(row(1, user="u", kind=EventKind.IDENTIFY, name="identify", properties={"city": "Lima"}))
    person = facts(Needs(event_names={"buy": None}))[U]
    assert person.traits == {"city": "Lima"}
    assert person.user_id == "u"
    assert [fact.properties["n"] for fact in person.history["buy"]] == [3, 2, 1]
    assert "view" not in person.history


def test_only_the_longest_window_of_each_name_is_read():
    come(*(row(1, user="u", name=name, at=NOON - n * DAY) for n in range(5) for name in ("buy", "view")))
    person = facts(Needs(event_names={"buy": 2 * DAY, "view": 4 * DAY}))[U]
    assert (len(person.history["buy"]), len(person.history["view"])) == (2, 4)


def test_of_events_that_are_not_opened_only_the_times_are_read():
    come(*(row(1, user="u", name=name, at=NOON - DAY, properties={"n": 1}) for name in ("buy", "view")))
    person = facts(Needs(event_names={"buy": None, "view": None}), opened=frozenset({"buy"}))[U]
    (bought,), (viewed,) = person.history["buy"], person.history["view"]
    assert (bought.properties, viewed.properties) == ({"n": 1}, {})
    assert bought.id is not None
    assert (viewed.id, viewed.at) == (None, NOON - DAY)


def test_a_late_event_is_judged_with_the_history_before_it():
    come(*(row(1, user="u", at=NOON - n * DAY) for n in (10, 11, 12, 0)))
    late = NOON - 10 * DAY
    condition = parse({"did": "buy", "times": {"exactly": 3}, "within": "5d"}, place=Place.EVENT)
    person = facts(needs(condition), earliest=late)[U]
    assert evaluate(condition, person.facts_at(late)).held
    assert not evaluate(condition, person.facts_at(NOON)).held


def test_the_event_at_hand_is_part_of_the_history():
    (absorbed,) = come(row(1, user="u", properties={"amount": 5}))
    condition = parse({"all": [{"did": "buy"}, {"property": "amount", "is": "eq", "value": 5}]}, place=Place.EVENT)
    person = facts(needs(condition), now=absorbed.events[0].event_time)[U]
    assert evaluate(condition, person.facts_at(absorbed.events[0])).held


def test_the_number_of_queries_does_not_grow_with_people():
    come(*(row(1, user=f"u{n}") for n in range(30)))
    wanted = Needs(event_names={"buy": DAY, "view": None}, segments=frozenset({"vip"}), traits=frozenset({"city"}))
    for people in ([U], [derived(1, "user", f"u{n}") for n in range(30)]):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            facts(wanted, *people)
        assert len(queries) == 3


def test_another_workspaces_person_is_unknown():
    come(row(2, user="u"))
    stranger = derived(2, "user", "u")
    person = load(1, [stranger], Needs(event_names={"buy": None}), now=NOON)[stranger]
    assert (person.user_id, person.traits, person.history) == (None, {}, {})
