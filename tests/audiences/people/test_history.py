"""What traits were: every word at its own time, whatever the order of arrival, through merges, in one statement."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audiences.intake.models import EventKind
from audiences.people import history
from audiences.people.history import SETTLED
from audiences.people.models import TraitChange
from config.kit.ids import derived
from tests.audiences.events import come, row
from tests.factories import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
U = derived(1, "user", "u")


def said(tier, ago, **more):
    given = {"user": "u", "kind": EventKind.IDENTIFY, "name": "identify", "at": NOON - ago, **more}
    return row(1, properties={"tier": tier}, **given)


def words(person=U):
    found = TraitChange.objects.filter(person_id=person, name="tier").order_by("at")
    return [((NOON - word.at) // DAY, word.value, word.source) for word in found]


def test_words_stand_in_the_order_of_their_own_times():
    come(said("gold", DAY))
    come(said("tin", 3 * DAY), said(None, 2 * DAY))
    assert words() == [(3, "tin", "identify"), (2, None, "identify"), (1, "gold", "identify")]


def test_of_one_instant_the_word_that_arrived_last_stands():
    come(said("gold", DAY), said("tin", DAY))
    assert words() == [(1, "tin", "identify")]
    come(said("gold", DAY))
    assert words() == [(1, "gold", "identify")]


def test_a_merge_unites_what_both_said_and_the_survivor_s_word_stands():
    come(said("gold", DAY), said("silver", 2 * DAY))
    come(said("tin", DAY, user=None, anonymous="a"), said("iron", 3 * DAY, user=None, anonymous="a"))
    come(row(1, user="u", anonymous="a", kind=EventKind.IDENTIFY, name="identify", at=NOON))
    assert words() == [(3, "iron", "identify"), (2, "silver", "identify"), (1, "gold", "identify")]
    assert words(derived(1, "anonymous", "a")) == []


def test_many_words_cost_no_more_statements_than_one():
    come(said("gold", DAY), row(1, user="v", kind=EventKind.IDENTIFY, name="identify", properties={"tier": "tin"}))
    counts = []
    for many in (1, 20):
        with CaptureQueriesContext(connection) as seen:
            come(*(said(f"tier {n}", n * DAY) for n in range(many)))
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_old_words_that_only_repeat_are_thinned_out_and_the_first_of_them_stays():
    old = SETTLED + DAY
    come(said("gold", old + 3 * DAY), said("gold", old + 2 * DAY), said("tin", old + DAY), said("tin", DAY))
    assert history.thin(NOON) == 1
    assert [value for _, value, _ in words()] == ["gold", "tin", "tin"]
