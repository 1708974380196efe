"""Aggregate rules on stored events: they fire once, at the right event, with their measures, whatever the order."""

from datetime import timedelta

import pytest

from campaigns.rules.models import Firing
from campaigns.rules.streams.models import StreamAlarm, StreamBucket, StreamGroup, StreamHit
from campaigns.triggers import drain_intake, sweep_rules
from config.kit import clock
from tests import factories
from tests.campaigns.rules import given as rules_given
from tests.campaigns.rules.streams import given
from tests.factories import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gate_in_process")]
SOURCES = ("weibo", "douyin", "news")


@pytest.fixture
def workspace():
    made = factories.workspace()
    rules_given.flow(made)
    return made


def drain(at=NOON):
    with clock.at(at):
        return drain_intake()


def test_a_burst_fires_once_at_the_event_that_completes_it_with_its_measures(workspace):
    given.burst(workspace)
    given.mentions(workspace, *(given.said(n, SOURCES[n % 3]) for n in range(-60, 0)))
    assert drain().firings == 1
    firing = Firing.objects.get()
    assert firing.facts["measures"] == {"count": 5, "distinct": 3}
    assert firing.facts["group"] == {"brand": "acme"}
    assert firing.event_time == NOON - timedelta(seconds=56)
    assert firing.verdict["held"] is True
    given.mentions(workspace, *(given.said(n / 10, SOURCES[n % 3]) for n in range(-5, 0)))
    assert drain().firings == 0
    assert StreamAlarm.objects.get().resolved_at is None


def test_what_does_not_satisfy_where_or_lacks_the_group_does_not_count(workspace):
    given.burst(workspace)
    happy = [given.said(-n, SOURCES[n % 3], sentiment=0.5) for n in range(1, 30)]
    given.mentions(workspace, *happy)
    drain()
    assert not StreamHit.objects.exists()
    assert not Firing.objects.exists()


def test_an_alarm_is_resolved_by_time_and_armed_again(workspace):
    given.burst(workspace, resolve={"after": "2m", "emit": "calm_again"})
    given.mentions(workspace, *(given.said(-n, SOURCES[n % 3]) for n in range(1, 7)))
    drain()
    for minute in range(1, 14):
        with clock.at(NOON + timedelta(minutes=minute)):
            sweep_rules(NOON + timedelta(minutes=minute))
            drain_intake()
    alarm = StreamAlarm.objects.get()
    # the second of six leaves 10 minutes later: four are left
    assert alarm.resolved_at == NOON - timedelta(seconds=5) + timedelta(minutes=12)
    later = NOON + timedelta(minutes=20)
    given.mentions(workspace, *(given.said(1200 - n, SOURCES[n % 3]) for n in range(1, 7)), received_at=later)
    assert drain(later).firings == 1
    assert StreamAlarm.objects.count() == 2


def test_a_late_mention_completes_a_burst_at_the_event_where_it_was_complete(workspace):
    given.burst(workspace)
    seconds = [-50, -40, -30, -20]
    given.mentions(workspace, *(given.said(n, SOURCES[n % 3]) for n in seconds))
    assert drain().firings == 0
    given.mentions(workspace, given.said(-45, "news"), given.said(-44, "douyin"))
    assert drain().firings == 1
    assert StreamAlarm.objects.get().began_at == NOON + timedelta(seconds=-30)


def test_one_mention_twice_counts_once(workspace):
    given.burst(workspace)
    told = [given.said(-n, SOURCES[n % 3], id=f"m{n % 4}") for n in range(1, 5)]
    assert given.mentions(workspace, *told).accepted == 4
    assert given.mentions(workspace, *told).duplicates == 4
    drain()
    assert StreamHit.objects.count() == 4
    assert not Firing.objects.exists()


def test_groups_are_counted_apart(workspace):
    given.burst(workspace)
    for brand in ("acme", "emca"):
        given.mentions(workspace, *(given.said(-n, SOURCES[n % 3], brand=brand) for n in range(1, 5)))
    assert drain().firings == 0
    assert StreamGroup.objects.count() == 2
    assert StreamBucket.objects.exists()
