"""Local-time arithmetic: T1, T2, T4, T6 and T7, in zones with and without daylight saving."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from config.kit.local_time import instant, next_time, resolve_zone, time_after_days, window_opening

SHANGHAI, BERLIN, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
APIA, LORD_HOWE, KATHMANDU = ZoneInfo("Pacific/Apia"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Kathmandu")
WORKDAYS = frozenset({1, 2, 3, 4, 5})


def at(text: str, zone: ZoneInfo, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


@pytest.mark.parametrize(
    ("zone", "day", "clock", "expected"),
    [
        (SHANGHAI, "2026-03-02", "09:00", "2026-03-02T01:00:00+00:00"),
        (KATHMANDU, "2026-03-02", "09:00", "2026-03-02T03:15:00+00:00"),
        # gap: 29 March 2026, 02:00 becomes 03:00 in Berlin
        (BERLIN, "2026-03-29", "01:59", "2026-03-29T00:59:00+00:00"),
        (BERLIN, "2026-03-29", "02:00", "2026-03-29T01:00:00+00:00"),
        (BERLIN, "2026-03-29", "02:30", "2026-03-29T01:00:00+00:00"),
        (BERLIN, "2026-03-29", "03:00", "2026-03-29T01:00:00+00:00"),
        # overlap: 25 October 2026, 03:00 becomes 02:00 in Berlin; the first 02:30 is meant
        (BERLIN, "2026-10-25", "02:30", "2026-10-25T00:30:00+00:00"),
        (BERLIN, "2026-10-25", "03:00", "2026-10-25T02:00:00+00:00"),
        (NEW_YORK, "2026-03-08", "02:15", "2026-03-08T07:00:00+00:00"),
        (NEW_YORK, "2026-11-01", "01:15", "2026-11-01T05:15:00+00:00"),
        # a gap of half an hour only
        (LORD_HOWE, "2026-10-04", "02:15", "2026-10-03T15:30:00+00:00"),
        # a day that never was: Samoa went from 29 to 31 December 2011
        (APIA, "2011-12-30", "09:00", "2011-12-30T10:00:00+00:00"),
    ],
)
def test_a_local_time_that_is_missing_moves_to_the_first_there_is_and_a_double_one_means_the_first(
    zone, day, clock, expected
):
    found = instant(datetime.fromisoformat(day).date(), time.fromisoformat(clock), zone=zone)
    assert found == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("zone", "after", "clock", "expected"),
    [
        (BERLIN, "2026-03-02T08:59:59", "09:00", "2026-03-02T09:00"),
        (BERLIN, "2026-03-02T09:00:00", "09:00", "2026-03-03T09:00"),
        (BERLIN, "2026-03-02T21:00:00", "09:00", "2026-03-03T09:00"),
        # the offset is that of the target, not that of the start
        (BERLIN, "2026-03-28T21:00:00", "09:00", "2026-03-29T09:00"),
        (BERLIN, "2026-10-24T21:00:00", "09:00", "2026-10-25T09:00"),
        (NEW_YORK, "2026-12-31T23:59:59", "00:00", "2027-01-01T00:00"),
    ],
)
def test_the_next_such_time_is_strictly_after_arrival(zone, after, clock, expected):
    assert next_time(at(after, zone), time.fromisoformat(clock), zone=zone) == at(expected, zone)


def test_between_the_two_half_past_twos_the_next_one_is_tomorrows():
    after = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # 02:10 for the second time
    assert next_time(after, time(2, 30), zone=BERLIN) == at("2026-10-26T02:30", BERLIN)


def test_the_weekday_is_that_of_the_local_date_at_the_target():
    friday_evening = at("2026-03-06T18:00", SHANGHAI)
    assert next_time(friday_evening, time(7), zone=SHANGHAI, weekdays=WORKDAYS) == at("2026-03-09T07:00", SHANGHAI)
    # Monday 07:00 in Shanghai is still Sunday in UTC
    assert next_time(friday_evening, time(7), zone=SHANGHAI, weekdays=frozenset({1})).astimezone(UTC).isoweekday() == 7


def test_asked_on_a_saturday_the_step_says_whether_the_same_day_counts():
    morning = at("2026-03-07T10:00", BERLIN)
    saturday = frozenset({6})
    assert next_time(morning, time(15, 15), zone=BERLIN, weekdays=saturday) == at("2026-03-07T15:15", BERLIN)
    found = next_time(morning, time(15, 15), zone=BERLIN, weekdays=saturday, same_day=False)
    assert found == at("2026-03-14T15:15", BERLIN)


def test_one_calendar_day_at_nine_from_monday_evening_is_tuesday_nine():
    assert time_after_days(at("2026-03-02T21:00", BERLIN), time(9), days=1, zone=BERLIN) == at(
        "2026-03-03T09:00", BERLIN
    )
    assert time_after_days(at("2026-03-02T08:00", BERLIN), time(9), days=1, zone=BERLIN) == at(
        "2026-03-03T09:00", BERLIN
    )


@pytest.mark.parametrize(
    ("entered", "expected"),
    [("2026-12-04T07:59", "2026-12-11T08:00"), ("2026-12-04T08:01", "2026-12-12T08:00")],
)
def test_after_a_week_at_eight(entered, expected):
    arrival = at(entered, BERLIN).astimezone(UTC).timestamp() + 7 * 86_400
    found = next_time(datetime.fromtimestamp(arrival, UTC), time(8), zone=BERLIN)
    assert found == at(expected, BERLIN)


@pytest.mark.parametrize(
    ("now", "start", "end", "expected"),
    [
        ("2026-03-02T07:59", "08:00", "20:00", "2026-03-02T08:00"),
        ("2026-03-02T08:00", "08:00", "20:00", "2026-03-02T08:00"),
        ("2026-03-02T19:59:59", "08:00", "20:00", "2026-03-02T19:59:59"),
        ("2026-03-02T20:00", "08:00", "20:00", "2026-03-03T08:00"),
        # over midnight
        ("2026-03-02T21:59", "22:00", "06:00", "2026-03-02T22:00"),
        ("2026-03-02T23:00", "22:00", "06:00", "2026-03-02T23:00"),
        ("2026-03-03T05:59", "22:00", "06:00", "2026-03-03T05:59"),
        ("2026-03-03T06:00", "22:00", "06:00", "2026-03-03T22:00"),
        # the opening falls into the gap and moves to its end
        ("2026-03-29T00:30", "02:30", "05:00", "2026-03-29T03:00"),
        # the whole window falls into the gap: there is none that day
        ("2026-03-29T00:30", "02:10", "02:50", "2026-03-30T02:10"),
    ],
)
def test_windows_are_half_open_and_may_go_over_midnight(now, start, end, expected):
    found = window_opening(at(now, BERLIN), time.fromisoformat(start), time.fromisoformat(end), zone=BERLIN)
    assert found == at(expected, BERLIN)


def test_a_window_of_monday_nights_counts_the_hours_that_are_on_a_monday():
    monday = frozenset({1})
    tuesday_early = at("2026-03-03T02:00", BERLIN)
    assert window_opening(tuesday_early, time(22), time(6), zone=BERLIN, weekdays=monday) == at(
        "2026-03-09T00:00", BERLIN
    )
    monday_early = at("2026-03-02T02:00", BERLIN)
    assert window_opening(monday_early, time(22), time(6), zone=BERLIN, weekdays=monday) == monday_early


def test_the_first_name_that_is_a_zone_counts_and_wrong_ones_are_reported():
    found = resolve_zone([("person", "Mars/Olympus"), ("flow", ""), ("workspace", "Asia/Tokyo")])
    assert (found.zone.key, found.source, found.refused) == ("Asia/Tokyo", "workspace", ("Mars/Olympus",))


@pytest.mark.parametrize("wrong", ["../etc/passwd", "America", "", None, 8, ["UTC"], "a\x00b", "x" * 5000, "/UTC"])
def test_without_any_zone_it_is_utc(wrong):
    assert resolve_zone([("person", wrong)]).zone.key == "UTC"
