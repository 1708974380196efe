"""Caps hold under many workers at once; quiet hours know when they are over."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from campaigns.delivery.channels.registry import in_place
from campaigns.delivery.drain import drain
from campaigns.delivery.frequency.definitions import define_cap, define_quiet
from campaigns.delivery.frequency.form import read_cap, read_quiet
from campaigns.delivery.frequency.windows import Reached, quiet_until, use_of
from campaigns.delivery.intents import open_many
from campaigns.delivery.models import Delivery
from config.kit.errors import InputRefused
from tests import factories
from tests.campaigns.delivery.world import NOON, state_of, world

SHANGHAI = ZoneInfo("Asia/Shanghai")
WORKERS, PEOPLE, EACH = 32, 8, 12


def cap(**more):
    return {"key": "one", "scope": {"channel": "email"}, "at_most": 2, "per": "1d", **more}


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        (cap(at_most=-1), "/at_most"),
        (cap(at_most="3"), "/at_most"),
        (cap(per="1 day"), "/per"),
        (cap(per="0s"), "/per"),
        (cap(per="36h", window="calendar"), "/per"),
        (cap(window="weekly"), "/window"),
        (cap(scope={"channel": "email", "tag": "x"}), "/scope"),
        (cap(scope={"all": False}), "/scope"),
        (cap(purpose=[]), "/purpose"),
        (cap(key="a b"), "/key"),
        (cap(extra=1), "/extra"),
    ],
)
def test_a_cap_is_refused_at_the_place_of_its_fault(raw, path):
    with pytest.raises(InputRefused) as refused:
        read_cap(raw)
    assert [problem.path for problem in refused.value.problems] == [path]


@pytest.mark.parametrize(("given_", "path"), [({"from": "24:00"}, "/from"), ({"to": "22:00"}, "/to")])
def test_quiet_hours_are_refused_at_the_place_of_their_fault(given_, path):
    with pytest.raises(InputRefused) as refused:
        read_quiet({"key": "night", "scope": {"all": True}, "from": "22:00", "to": "08:00", **given_})
    assert refused.value.problems[0].path == path


@given(st.lists(st.integers(0, 10_000), max_size=12), st.integers(1, 5), st.integers(1, 5_000))
def test_a_slot_frees_at_the_first_instant_at_which_one_more_fits(minutes, most, per):
    read = read_cap(cap(at_most=most, per=f"{per}m"))
    reached = [
        Reached(at=NOON - timedelta(minutes=ago), channel="email", flow="", tags=frozenset(), purpose="marketing")
        for ago in minutes
    ]
    use = use_of(read, reached, now=NOON, zone=SHANGHAI)
    assert use.used == sum(ago < per for ago in minutes)
    assert (use.frees_at is None) == (use.used < most)
    if use.frees_at is not None:
        assert use_of(read, reached, now=use.frees_at, zone=SHANGHAI).frees_at is None
        before = use.frees_at - timedelta(seconds=1)
        assert use_of(read, reached, now=before, zone=SHANGHAI).frees_at is not None


def test_the_night_is_half_open_and_goes_over_midnight():
    night = read_quiet({"key": "n", "scope": {"all": True}, "from": "22:00", "to": "08:00"})
    for at, quiet in ((time(21, 59), False), (time(22), True), (time(3), True), (time(7, 59), True), (time(8), False)):
        local = datetime.combine(NOON.date(), at, tzinfo=SHANGHAI)
        until = quiet_until(night, now=local, zone=SHANGHAI)
        assert (until is not None) == quiet, at
        if until is not None:
            assert until.astimezone(SHANGHAI).time() == time(8)


@pytest.mark.django_db(transaction=True)
def test_thirty_two_workers_never_exceed_a_cap(nobody):
    brand = world()
    define_cap(brand.workspace.pk, cap(at_most=3), actor=factories.actor(), now=NOON)
    people = [brand.person() for _ in range(PEOPLE)]
    open_many([brand.intent(brand.run(person)) for person in people for _ in range(EACH)], now=NOON)

    def work(_):
        try:
            with in_place({"email": nobody}):  # a thread has channels of its own
                drain(NOON, budget=20)
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(work, range(WORKERS)))
    drain(NOON + timedelta(seconds=1), budget=20)
    told = list(Delivery.objects.values_list("person_id", "state", "reason"))
    assert not [one for one in told if one[1:] not in {("sent", ""), ("blocked", "capped")}]
    for person in people:
        mine = [(state, reason) for one, state, reason in told if one == person.pk]
        assert (mine.count(("sent", "")), mine.count(("blocked", "capped"))) == (3, EACH - 3)


def test_a_cap_of_somebodys_own_replaces_that_of_the_workspace(brand, nobody):
    define_cap(brand.workspace.pk, cap(at_most=1), actor=factories.actor(), now=NOON)
    eager, other = brand.person(), brand.person()
    define_cap(brand.workspace.pk, cap(at_most=3), person_id=eager.pk, actor=factories.actor(), now=NOON)
    open_many([brand.intent(brand.run(one)) for one in (eager, other) for _ in range(4)], now=NOON)
    drain(NOON)
    sent = Delivery.objects.filter(state="sent")
    assert (sent.filter(person_id=eager.pk).count(), sent.filter(person_id=other.pk).count()) == (3, 1)


def test_who_has_no_known_local_time_is_held_and_not_written_to(nobody, db):
    brand = world(zone="")
    quiet = {"key": "night", "scope": {"all": True}, "from": "01:00", "to": "02:00"}
    define_quiet(brand.workspace.pk, quiet, actor=factories.actor(), now=NOON)
    message = brand.delivery()
    drain(NOON)
    assert state_of(message) == ("held", "unknown_time_zone")
    assert nobody.sent == []
