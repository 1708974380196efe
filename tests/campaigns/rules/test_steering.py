"""What holds a match back: exclusion, cool-down, limits, schedule, end, roll-out; by event time, whatever the order."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest

from audiences.intake.models import EventKind, Slice
from campaigns import progress
from campaigns.rules.define import amend
from campaigns.rules.explain import why_not
from campaigns.rules.form import parse_rule
from campaigns.rules.models import Firing, FiringCount, HeldBack, Rule
from campaigns.rules.steering import forget_held, windows
from campaigns.rules.steering.held import KEPT, MOST_A_DAY
from campaigns.rules.steering.standing import is_rolled_out, outside
from compliance.access.models import Workspace
from tests import factories
from tests.audiences.events import put, row
from tests.campaigns.rules import given
from tests.campaigns.world import settle
from tests.factories import NOON

database = [pytest.mark.django_db, pytest.mark.usefixtures("gate_in_process")]
LABEL = {"add_label": "x"}
MINUTE = timedelta(minutes=1)
HOUR = NOON + 60 * MINUTE


@pytest.fixture
def workspace():
    return factories.workspace()


def happens(workspace, *minutes, user="u", name="buy"):
    put(*(row(workspace.pk, user=user, name=name, at=NOON + minute * MINUTE) for minute in minutes), at=HOUR)
    settle(HOUR)


def fired(key=None):
    rows = Firing.objects.filter(rule__key=key) if key else Firing.objects.all()
    return sorted((at - NOON) // MINUTE for at in rows.values_list("event_time", flat=True))


def held():
    rows = HeldBack.objects.select_related("rule")
    return {(row.rule.key, (row.event_time - NOON) // MINUTE): (row.reason, row.held_by) for row in rows}


class TestOnTheDatabase:
    pytestmark = database

    def test_of_a_group_only_the_first_by_priority_fires_and_the_others_say_who_excluded_them(self, workspace):
        for key, priority in (("second", 20), ("first", 10)):
            given.listening(workspace, key, LABEL, priority=priority, exclusive="welcome")
        given.listening(workspace, "free", LABEL)
        happens(workspace, 0)
        assert sorted(firing.rule.key for firing in Firing.objects.all()) == ["first", "free"]
        assert held() == {("second", 0): ("excluded", "first")}
        (event,) = Firing.objects.filter(rule__key="first")
        why = why_not(Rule.objects.get(key="second").live, event.event_id, now=NOON)
        assert (why.fired, why.verdict.held) == (False, True)
        assert (why.held_back.reason, why.held_back.by) == ("excluded", "first")

    def test_what_is_held_back_or_in_the_shadow_excludes_nobody(self, workspace):
        given.listening(workspace, "shadow", LABEL, priority=1, exclusive="g", mode="shadow")
        given.listening(workspace, "once", LABEL, priority=10, exclusive="g", max_firings={"per_subject": 1})
        given.listening(workspace, "else", LABEL, priority=20, exclusive="g")
        happens(workspace, 0)
        happens(workspace, 1)
        assert (fired("shadow"), fired("once"), fired("else")) == ([0, 1], [0], [1])

    def test_a_replay_after_the_first_of_a_group_changed_lets_no_second_one_fire(self, workspace):
        given.listening(workspace, "first", LABEL, priority=10, exclusive="g")
        given.listening(workspace, "second", LABEL, priority=20, exclusive="g")
        put(row(workspace.pk, user="u"), at=NOON)
        slices = list(Slice.objects.values())
        settle(NOON)
        given.listening(workspace, "first", LABEL, on="something_else", priority=10, exclusive="g")
        Slice.objects.bulk_create(Slice(**each) for each in slices)
        settle(NOON)
        assert [firing.rule.key for firing in Firing.objects.all()] == ["first"]

    @pytest.mark.parametrize("order", [(0, 4, 5, 9, 10), (10, 9, 5, 4, 0), (5, 0, 10, 4, 9)])
    @pytest.mark.parametrize("size", [1, 500])
    def test_a_cooldown_keeps_firings_apart_whatever_comes_first(self, workspace, monkeypatch, order, size):
        monkeypatch.setattr(progress, "FULL_SIZE", size)
        given.listening(workspace, "calm", LABEL, cooldown="5m")
        happens(workspace, *order)
        happens(workspace, 0, user="other")
        mine = fired("calm")
        mine.remove(0)
        assert all(b - a >= 5 for a, b in pairwise(mine))
        assert len(mine) >= 2
        assert {reason for reason, _ in held().values()} == {"cooldown"}

    def test_a_limit_for_each_person_counts_in_a_rolling_window(self, workspace):
        given.listening(workspace, "few", LABEL, max_firings={"per_subject": 2, "per": "10m"})
        happens(workspace, 0, 1, 2, 9, 10, 11, 12)
        assert fired() == [0, 1, 10, 11]
        happens(workspace, 5)  # late: there would be three within ten minutes
        assert fired() == [0, 1, 10, 11]

    def test_a_limit_in_all_holds_across_people_and_batches(self, workspace):
        given.listening(workspace, "few", LABEL, max_firings={"in_all": 7})
        for start in range(0, 30, 10):
            for number in range(start, start + 10):
                put(row(workspace.pk, user=f"u{number}"), at=NOON)
            settle(NOON)
        assert Firing.objects.count() == FiringCount.objects.get().n == 7
        assert HeldBack.objects.filter(reason="max_in_all").count() == 23

    def test_a_limit_in_all_within_a_window_never_lets_more_through(self, workspace):
        given.listening(workspace, "few", LABEL, max_firings={"in_all": 3, "per": "10m"})
        minutes = [n % 40 for n in range(0, 400, 7)]
        random.Random(3).shuffle(minutes)
        for number, minute in enumerate(minutes):
            put(row(workspace.pk, user=f"u{number}", at=NOON + minute * MINUTE), at=NOON + 60 * MINUTE)
        settle(NOON + 60 * MINUTE)
        times = fired()
        assert all(sum(end - 10 < other <= end for other in times) <= 3 for end in times)
        assert len(times) >= 9

    def test_a_replay_uses_nothing_up(self, workspace):
        given.listening(workspace, "few", LABEL, max_firings={"in_all": 2, "per_subject": 2}, cooldown="1m")
        put(row(workspace.pk, user="u", at=NOON), row(workspace.pk, user="u", at=NOON + MINUTE), at=NOON + 5 * MINUTE)
        slices = list(Slice.objects.values())
        for _ in range(3):
            settle(NOON + 5 * MINUTE)
            Slice.objects.bulk_create((Slice(**each) for each in slices), ignore_conflicts=True)
        settle(NOON + 5 * MINUTE)
        assert (fired(), FiringCount.objects.get().n, HeldBack.objects.count()) == ([0, 1], 2, 0)

    def test_firings_in_the_shadow_use_up_nothing_of_the_live_ones(self, workspace):
        rule = given.listening(workspace, "few", LABEL, max_firings={"in_all": 1, "per_subject": 1}, mode="shadow")
        happens(workspace, 0, 1)
        amend(rule, mode="live", actor=factories.actor(), now=NOON)
        happens(workspace, 2, 3)
        assert fired() == [0, 2]

    def test_limits_count_both_people_of_a_merge(self, workspace):
        given.listening(workspace, "once", LABEL, max_firings={"per_subject": 1})
        put(row(workspace.pk, anonymous="visitor"), at=NOON)
        settle(NOON)
        merging = row(workspace.pk, user="u", anonymous="visitor", kind=EventKind.IDENTIFY, name="identify")
        put(merging, row(workspace.pk, user="u", at=NOON + MINUTE), at=NOON + MINUTE)
        settle(NOON + MINUTE)
        assert fired() == [0]

    def test_held_back_matches_are_kept_up_to_a_bound(self, workspace):
        given.listening(workspace, "once", LABEL, max_firings={"per_subject": 1})
        happens(workspace, *range(40))
        assert HeldBack.objects.count() == MOST_A_DAY
        assert forget_held(now=NOON + KEPT) == 0
        assert forget_held(now=NOON + KEPT + timedelta(days=1)) == MOST_A_DAY

    def test_schedule_end_and_rollout_hold_back_without_a_row_and_are_told_all_the_same(self, workspace):
        given.listening(workspace, "night", LABEL, schedule={"window": {"from": "22:00", "to": "06:00"}, "zone": "UTC"})
        given.listening(workspace, "over", LABEL, expires="2026-03-02T12:00:00Z")
        given.listening(workspace, "nobody", LABEL, rollout=0)
        given.listening(workspace, "fires", LABEL)
        happens(workspace, 0)
        (firing,) = Firing.objects.all()
        assert firing.rule.key == "fires"
        assert not HeldBack.objects.exists()
        for key, reason in (("night", "schedule"), ("over", "expired"), ("nobody", "rollout")):
            why = why_not(Rule.objects.get(key=key).live, firing.event_id, now=NOON)
            assert why.held_back.reason == reason

    def test_a_schedule_by_the_workspaces_clock_follows_it(self, workspace):
        Workspace.objects.filter(pk=workspace.pk).update(zone="Asia/Shanghai")
        given.listening(workspace, "evening", LABEL, schedule={"window": {"from": "20:00", "to": "21:00"}})
        happens(workspace, 0)
        assert fired() == [0]
        Workspace.objects.filter(pk=workspace.pk).update(zone="UTC")
        happens(workspace, 1)
        assert fired() == [0]


def controls(**parts):
    return parse_rule({"key": "k", "on": ["buy"], "then": [LABEL], **parts}).controls


@pytest.mark.parametrize(
    ("schedule", "at", "reason"),
    [
        ({"from": "2026-03-02T12:00:00Z"}, NOON, ""),
        ({"from": "2026-03-02T12:00:00Z"}, NOON - timedelta(seconds=1), "schedule"),
        ({"until": "2026-03-02T12:00:00Z"}, NOON, "schedule"),
        ({"weekdays": [1], "zone": "UTC"}, NOON, ""),
        ({"weekdays": [2], "zone": "UTC"}, NOON, "schedule"),
        ({"weekdays": [2], "zone": "Pacific/Auckland"}, NOON, ""),
        ({"window": {"from": "12:00", "to": "13:00"}, "zone": "UTC"}, NOON, ""),
        ({"window": {"from": "11:00", "to": "12:00"}, "zone": "UTC"}, NOON, "schedule"),
        ({"window": {"from": "23:00", "to": "12:01"}, "zone": "UTC"}, NOON, ""),
        ({"window": {"from": "20:00", "to": "20:30"}, "zone": "Asia/Shanghai"}, NOON, ""),
    ],
)
def test_a_schedule_is_judged_by_the_events_time_and_a_zones_clock(schedule, at, reason):
    assert outside(controls(schedule=schedule), "k", person_id=uuid4(), at=at, zone="UTC") == reason


def test_a_larger_share_only_adds_people_and_is_about_as_large_as_it_says():
    people = [uuid4() for _ in range(4000)]
    shares = [{p for p in people if is_rolled_out(percent, "rule", person_id=p)} for percent in (0, 1, 10, 50, 100)]
    assert all(smaller <= larger for smaller, larger in pairwise(shares))
    assert [len(share) for share in (shares[0], shares[-1])] == [0, 4000]
    assert 300 < len(shares[2]) < 500
    assert {p for p in people if is_rolled_out(10, "another", person_id=p)} != shares[2]


def test_a_definition_says_its_controls_in_one_form_and_reads_back_the_same():
    written = {
        "exclusive": "welcome",
        "cooldown": "90m",
        "max_firings": {"per_subject": 2, "in_all": 100, "per": "1w"},
        "schedule": {
            "from": "2026-03-02T13:00:00+01:00",
            "weekdays": [5, 1],
            "window": {"from": "08:00", "to": "20:00"},
            "zone": "Europe/Berlin",
        },
        "expires": "2027-01-01T00:00:00Z",
        "rollout": 10.0,
    }
    form = parse_rule({"key": "k", "on": ["buy"], "then": [LABEL], **written})
    assert form.definition["cooldown"] == "1h30m"
    assert form.definition["max_firings"]["per"] == "7d"
    assert form.definition["schedule"]["from"] == "2026-03-02T12:00:00Z"
    assert form.definition["schedule"]["weekdays"] == [1, 5]
    assert form.definition["rollout"] == 10
    assert parse_rule(form.definition) == form


def test_parts_of_a_window_never_count_fewer_than_there_were():
    draw = random.Random(7)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for _ in range(300):
        per = timedelta(seconds=draw.choice([1, 7, 60, 61, 600, 86_400]))
        times = [start + draw.random() * 3 * per for _ in range(draw.randrange(1, 30))]
        counts: dict[datetime, int] = {}
        for at in times:
            part = windows.part_of(at, per)
            counts[part] = counts.get(part, 0) + 1
        at = start + draw.random() * 3 * per
        assert windows.most_in_parts(at, counts, per) >= windows.most_beside(at, times, per)
