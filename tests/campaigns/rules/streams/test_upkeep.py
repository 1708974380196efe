"""What rules over time keep stays small, survives new versions that count the same, and ends with the rule."""

from datetime import timedelta

import pytest

from campaigns.rules.define import amend
from campaigns.rules.models import Firing, Rule
from campaigns.rules.streams.models import StreamAlarm, StreamBucket, StreamGroup, StreamHit, StreamTurn
from campaigns.rules.streams.upkeep import forget_streams
from campaigns.triggers import drain_intake, sweep_rules
from config.kit import clock
from tests import factories
from tests.campaigns.rules.streams import given
from tests.factories import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gate_in_process")]
SOURCES = ("weibo", "douyin", "news")
KEPT = (StreamHit, StreamBucket, StreamGroup, StreamTurn)


@pytest.fixture
def workspace():
    return factories.workspace()


def told(workspace, seconds, at=NOON):
    given.mentions(workspace, *(given.said(second, SOURCES[second % 3]) for second in seconds), received_at=at)
    with clock.at(at):
        return drain_intake().firings


def forget(now):
    return forget_streams(now=now, lateness=lambda _workspace_id: timedelta(hours=1))


def test_what_no_window_and_no_late_event_can_reach_is_forgotten(workspace):
    given.burst(workspace)
    assert told(workspace, range(-60, 0)) == 1
    assert forget(NOON + timedelta(hours=1)) == 0
    for minute in (5, 15):
        sweep_rules(NOON + timedelta(minutes=minute))
    assert StreamAlarm.objects.get().resolved_at is not None
    assert forget(NOON + timedelta(hours=2)) > 60
    assert [model.objects.count() for model in KEPT] == [0, 0, 0, 1], "the last turn tells whether it holds now"
    late = NOON + timedelta(hours=2)
    assert told(workspace, range(7_140, 7_200), at=late) == 1


def test_an_open_alarm_keeps_its_group(workspace):
    given.burst(workspace, resolve="12h")
    told(workspace, range(-60, 0))
    for hour in range(1, 6):
        sweep_rules(NOON + timedelta(hours=hour))
    assert StreamAlarm.objects.get().resolved_at is None
    forget(NOON + timedelta(hours=6))
    assert StreamGroup.objects.exists()
    sweep_rules(NOON + timedelta(hours=13))
    assert StreamAlarm.objects.get().resolved_at == NOON - timedelta(seconds=5) + timedelta(hours=12, minutes=10)


def test_a_version_that_counts_the_same_goes_on_with_the_counts_and_the_alarm(workspace):
    given.burst(workspace)
    told(workspace, (-50, -40, -30, -20))
    given.burst(workspace, name="Another name", priority=7)
    assert told(workspace, (-10,)) == 1
    given.burst(workspace, name="A third one")
    assert told(workspace, (-9, -8)) == 0
    given.burst(workspace, over="20m")
    assert told(workspace, (-7, -6)) == 0, "another window starts from nothing"
    assert Firing.objects.count() == 1


def test_a_rule_that_is_switched_off_ends_its_alarms(workspace):
    given.burst(workspace)
    told(workspace, range(-10, 0))
    with clock.at(NOON):
        amend(Rule.objects.get(), actor=factories.actor(), now=NOON, enabled=False)
    later = NOON + timedelta(minutes=1)
    sweep_rules(later)
    assert StreamAlarm.objects.get().resolved_at == later
    assert StreamGroup.objects.get().look_at is None
    assert forget(NOON + timedelta(days=2)) > 0
    assert not StreamHit.objects.exists()
