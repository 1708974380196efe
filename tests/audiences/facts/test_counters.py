"""Counters add up in whatever portions the events come."""

from datetime import timedelta

import pytest

from audiences.facts.models import EventCount
from tests.audiences.events import come, row
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def test_counters_hold_how_often_first_and_last():
    come(row(1, user="u", at=NOON), row(1, user="u", at=NOON - timedelta(days=2)))
    come(row(1, user="u", at=NOON - timedelta(days=1)), row(1, user="u", name="view"))
    counter = EventCount.objects.get(name="buy")
    assert (counter.n, counter.first_at, counter.last_at) == (3, NOON - timedelta(days=2), NOON)
    assert EventCount.objects.get(name="view").n == 1
