"""The year that is long past is laid over the days that end now, the same way every time."""

from datetime import UTC, datetime, timedelta

import pytest

from config.demo.baskets import read_year
from config.demo.households import Standing, households
from config.demo.report import table

ANCHOR = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def year():
    return read_year(days=91)


def test_the_parts_are_real_whole_and_apart(year):
    numbers = [basket.number for part in (year.history, year.lapsing, year.live) for basket in part]
    assert len(numbers) == len(set(numbers)) == 38_575
    assert (len(year.lapsing), len(year.live)) == (383, 525)
    assert year.live[-1].properties["order_id"] == "B-155848"


def test_the_history_ends_where_the_last_day_begins(year):
    times = [year.time_of(basket, anchor=ANCHOR) for basket in year.history]
    assert times == sorted(times)
    assert ANCHOR - timedelta(days=90) <= times[0] <= times[-1] <= ANCHOR
    assert times[-1] > ANCHOR - timedelta(minutes=10)


def test_what_turns_thirty_days_old_on_the_last_day_does_so_during_the_stream(year):
    ages = [ANCHOR - year.lapsing_time(basket, live_start=ANCHOR, live_seconds=60) for basket in year.lapsing]
    assert timedelta(days=30) >= max(ages)
    assert min(ages) >= timedelta(days=30) - timedelta(seconds=60)


def test_the_stream_takes_the_time_that_it_was_given(year):
    offsets = [year.live_offset(basket.second, live_seconds=45).total_seconds() for basket in year.live]
    assert offsets == sorted(offsets)
    assert 0 < offsets[0] < 1
    assert 44 < offsets[-1] <= 45


def test_a_basket_is_the_call_that_a_client_library_would_send(year):
    call = year.live[0].as_track("m1", ANCHOR)
    assert (call["type"], call["event"], call["userId"]) == ("track", "purchase", f"hh-{year.live[0].household}")
    assert call["timestamp"] == "2026-05-01T12:00:00.000+00:00"
    assert call["properties"]["amount"] >= 0
    assert call["properties"]["currency"] == "USD"


def test_households_are_harmless_and_the_same_every_time():
    (first,) = households({1})
    assert first.traits() == households({1})[0].traits()
    assert first.traits()["household"]["age"] == "65+"
    everyone = households(set(range(1, 2001)))
    shares = {standing: sum(h.standing is standing for h in everyone) / 20 for standing in Standing}
    assert 73 < shares[Standing.GRANTED] < 83
    assert all(share > 0.4 for share in shares.values())
    assert all(h.traits().get("email", "@example.com").endswith("@example.com") for h in everyone)


def test_the_table_shows_each_figure_on_a_line():
    shown = table(
        {
            "events": {"stored": 40_000, "by_name": {"purchase": 37_000}},
            "duplicates": 600,
            "refused": {},
            "parked": 0,
            "people": 2_327,
            "segments": {"loyal": 1_444},
            "rules": {"big-basket": 97},
            "runs": {"thank-you": {"completed": 90}},
            "entries_refused": {"thank-you": {"reentry_too_soon": 2}},
            "messages": {"sent": 80, "blocked": {"no_consent": 10}},
            "mailbox": 80,
        }
    )
    assert "blocked: no_consent" in shown
    assert shown.count("\n") > 15
