"""Partitions are there before their month; keys are forgotten when no client repeats their messages any more."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from audiences.intake import retention, tasks
from audiences.intake.models import Event, EventKey
from audiences.intake.partitions import missing_months
from audiences.intake.refusals import Refused, record_refusals, refusals
from config.kit import clock
from tests.audiences.events import put, row
from tests.factories import NOON

pytestmark = pytest.mark.django_db
FUTURE = datetime(2031, 12, 15, tzinfo=UTC)


def test_partitions_of_this_month_and_the_next_two_are_made_once():
    assert retention.make_partitions(now=FUTURE) == [date(2031, 12, 1), date(2032, 1, 1), date(2032, 2, 1)]
    assert retention.make_partitions(now=FUTURE) == []
    assert missing_months(FUTURE.date(), 3) == []


def test_events_that_came_before_their_partition_move_into_it():
    put(row(1, user="u", name="early"), at=FUTURE)
    retention.make_partitions(now=FUTURE)
    put(row(1, user="u", name="later"), at=FUTURE)
    with connection.cursor() as cursor:
        cursor.execute("select name from audiences_event_2031_12 order by id")
        assert [name for (name,) in cursor.fetchall()] == ["early", "later"]
    assert Event.objects.count() == 2


def test_keys_are_forgotten_after_35_days_and_not_before():
    put(row(1, user="u", key="old"), at=NOON - timedelta(days=36))
    put(row(1, user="u", key="young"), at=NOON - timedelta(days=34))
    assert retention.forget_keys(now=NOON) == 1
    assert EventKey.objects.count() == 1
    assert retention.forget_keys(now=NOON) == 0


def test_refusals_are_forgotten_with_the_keys():
    for days in (40, 36, 34, 1):
        record_refusals(1, [Refused(field="x", reason="y", message=str(days))], at=NOON - timedelta(days=days))
    assert retention.forget_refusals(now=NOON) == 2
    assert sorted(refusals(1).values_list("message", flat=True)) == ["1", "34"]


def test_the_tasks_do_it():
    put(row(1, user="u"), at=NOON - timedelta(days=90))
    with clock.at(NOON):
        tasks.forget_event_keys()
        tasks.make_partitions()
    assert EventKey.objects.count() == 0
    assert missing_months(NOON.date(), 3) == []
