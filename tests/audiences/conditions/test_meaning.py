"""What conditions mean, example by example; the agreement tests hold the other readings to this one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from audiences.conditions import EventFact, Facts, Needs, Place, Verdict, durations, evaluate, next_change, parse
from audiences.conditions.instants import instant

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
ABSENT: Any = object()


def judge(
    raw: Any, *, traits: Any = None, event: EventFact | None = None, history: Any = None, segments: Any = ()
) -> Verdict:
    facts = Facts(now=NOW, traits=traits or {}, event=event, history=history or {}, segments=frozenset(segments))
    return evaluate(parse(raw, place=Place.EVENT), facts)


def holds(op: str, limit: Any, actual: Any) -> bool:
    leaf = {"trait": "x", "is": op} | ({} if limit is ABSENT else {"value": limit})
    return judge(leaf, traits={} if actual is ABSENT else {"x": actual}).held


@pytest.mark.parametrize("nothing", [ABSENT, None, "", []], ids=["absent", "null", "empty text", "empty list"])
@pytest.mark.parametrize(
    ("op", "limit", "held"),
    [
        ("ne", "a", True),
        ("not_in", ["a"], True),
        ("not_contains", "a", True),
        ("not_exists", ABSENT, True),
        ("eq", "a", False),
        ("eq", "", False),
        ("in", ["", "a"], False),
        ("contains", "", False),
        ("exists", ABSENT, False),
        ("lt", 5, False),
        ("lt", "z", False),
        ("matches", "", False),
        ("starts_with", "", False),
        ("has_any", [""], False),
        ("older_than", "1d", False),
        ("before", "2026-01-01T00:00:00Z", False),
        ("between", ["", "z"], False),
    ],
)
def test_what_is_missing_satisfies_only_the_negative_operators(op, limit, held, nothing):
    assert holds(op, limit, nothing) is held


@pytest.mark.parametrize(
    ("op", "limit", "actual", "held"),
    [
        ("eq", 5, "5", False),
        ("eq", "5", 5, False),
        ("eq", 1, True, False),
        ("eq", True, 1, False),
        ("eq", 1, 1.0, True),
        ("ne", 5, "5", True),
        ("in", [1], True, False),
        ("not_in", [1], True, True),
        ("lt", 5, "4", False),
        ("lt", 5, True, False),
        ("gt", "a", 5, False),
        ("contains", "a", 5, False),
        ("not_contains", "a", 5, True),
        ("contains", 5, "5", False),
        ("contains", 5, [5], True),
        ("contains", "5", [5], False),
        ("contains", True, [1], False),
        ("contains", "海", "上海", True),
        ("contains", "b", ["abc"], False),
        ("has_any", ["a"], "a", False),
        ("has_all", ["a", 1], [1, "a", "b"], True),
        ("has_all", [True], [1], False),
        ("has_any", ["x", "b"], ["b"], True),
        ("eq", "a", ["a"], False),
        ("ne", "a", ["a"], True),
        ("eq", False, False, True),
        ("exists", ABSENT, False, True),
        ("exists", ABSENT, 0, True),
        ("exists", ABSENT, {}, True),
        ("exists", ABSENT, " ", True),
        ("eq", 0, -0.0, True),
        ("eq", "é", "e\u0301", True),
        ("starts_with", "e\u0301", "étude", True),
        ("lt", "B", "b", False),
        ("gt", "B", "a", True),
        ("between", [1, 5], 1, True),
        ("between", [1, 5], 5, True),
        ("between", [1, 5], 5.1, False),
        ("between", [1, 5], "3", False),
        ("eq", 10**23, 1e23, True),
        ("eq", 2**53, 2**53 + 1, False),
        ("gt", 2**63, 2**63 + 1, True),
        ("eq", 0.1, 0.1, True),
        ("lt", 5e-324, 0, True),
        ("gt", 1e308, 10**309, True),
        ("matches", "^a+$", "aaa", True),
        ("matches", "b", "abc", True),
        ("matches", "5", 5, False),
        ("matches", r"^\p{Han}+$", "上海", True),
        ("ends_with", "c", "abc", True),
    ],
)
def test_types_are_never_mixed_and_values_compare_exactly(op, limit, actual, held):
    assert holds(op, limit, actual) is held


def test_a_path_leads_through_objects_only():
    leaf = {"trait": "address.city", "is": "eq", "value": "上海"}
    assert judge(leaf, traits={"address": {"city": "上海"}}).held
    assert not judge(leaf, traits={"address.city": "上海"}).held
    assert not judge({"trait": "tags.0", "is": "exists"}, traits={"tags": ["a"]}).held


@pytest.mark.parametrize(
    ("op", "limit", "age", "held"),
    [
        ("older_than", "7d", 7 * DAY, False),
        ("older_than", "7d", 7 * DAY + TICK, True),
        ("newer_than", "7d", 7 * DAY, False),
        ("newer_than", "7d", 7 * DAY - TICK, True),
        ("newer_than", "7d", -DAY, True),
        ("older_than", "0s", DAY, True),
    ],
)
def test_relative_instants_are_strict_at_their_edge(op, limit, age, held):
    assert holds(op, limit, (NOW - age).isoformat()) is held


@pytest.mark.parametrize(
    ("times", "counts"),
    [
        ({"at_least": 2}, {2, 3, 4}),
        ({"at_most": 2}, {0, 1, 2}),
        ({"exactly": 2}, {2}),
        ({"less_than": 2}, {0, 1}),
        ({"more_than": 2}, {3, 4}),
        ({"at_least": 0}, {0, 1, 2, 3, 4}),
    ],
)
def test_counts_take_five_forms(times, counts):
    events = [EventFact(name="buy", at=NOW - DAY * n, properties={}) for n in (4, 3, 2, 1)]
    for n in range(5):
        assert judge({"did": "buy", "times": times}, history={"buy": events[:n]}).held is (n in counts)


def test_a_window_leaves_out_its_start_and_takes_in_its_end():
    def found(*ages: timedelta) -> int:
        events = [EventFact(name="buy", at=NOW - age, properties={}) for age in ages]
        return judge({"did": "buy", "within": "7d"}, history={"buy": events}).actual

    assert (found(7 * DAY), found(7 * DAY - TICK), found(timedelta(0)), found(-TICK)) == (0, 1, 1, 0)


def test_only_events_that_satisfy_where_count():
    where = [{"property": "amount", "is": "gte", "value": 10}, {"property": "shop.id", "is": "eq", "value": "s1"}]
    events = [
        EventFact(name="buy", at=NOW, properties={"amount": amount, "shop": {"id": shop}})
        for amount, shop in ((10, "s1"), (9, "s1"), ("10", "s1"), (99, "s2"))
    ]
    assert judge({"did": "buy", "where": where}, history={"buy": events}).actual == 1


def test_the_event_at_hand_is_read_where_there_is_one():
    event = EventFact(name="Caf\u00e9", at=NOW, properties={"amount": 5})
    assert judge({"event_name": ["Cafe\u0301", "x"]}, event=event).held
    assert judge({"property": "amount", "is": "eq", "value": 5}, event=event).held
    assert judge({"property": "amount", "is": "not_exists"}).held
    assert not judge({"event_name": ["x"]}).held


def test_a_verdict_shows_every_leaf_with_what_was_found():
    raw = {
        "all": [{"trait": "city", "is": "eq", "value": "上海"}, {"any": [{"segment": "vip"}, {"not": {"did": "buy"}}]}]
    }
    verdict = judge(raw, traits={"city": "x" * 500}, segments=["vip"])
    told = verdict.as_json()
    assert told["children"][0]["actual"] == "x" * 200 + "…"
    assert told["children"][1]["children"][1]["children"][0] == {
        "held": False, "what": "did", "name": "buy", "op": "at_least", "limit": 1, "actual": 0,
    }  # fmt: skip
    assert Verdict.from_json(told).as_json() == told


def test_needs_name_what_is_read_and_the_longest_window():
    raw = {
        "all": [
            {"did": "buy", "within": "7d"},
            {"did": "buy", "within": "30d"},
            {"did": "view"},
            {"did": "view", "within": "1d"},
            {"trait": "a.b", "is": "exists"},
            {"property": "p", "is": "exists"},
            {"not": {"segment": "s"}},
            {"event_name": ["x"]},
        ]
    }
    assert parse(raw, place=Place.EVENT).needs() == Needs(
        traits=frozenset({"a.b"}), properties=frozenset({"p"}), segments=frozenset({"s"}), named=frozenset({"x"}),
        event_names={"buy": 30 * DAY, "view": DAY}, tallied=frozenset({"view"}),
    )  # fmt: skip


def test_the_next_change_is_when_enough_events_have_left_the_window():
    events = [EventFact(name="buy", at=NOW - age * DAY, properties={}) for age in (29, 20, 10, 5)]
    condition = parse({"did": "buy", "times": {"at_least": 3}, "within": "30d"}, place=Place.SEGMENT)
    assert next_change(condition, Facts(now=NOW, traits={}, history={"buy": events})) == NOW + 10 * DAY
    assert next_change(condition, Facts(now=NOW, traits={}, history={"buy": events[:2]})) is None


def test_nothing_changes_by_time_where_nothing_reads_it():
    condition = parse({"all": [{"trait": "a", "is": "exists"}, {"segment": "s"}, {"did": "x"}]}, place=Place.SEGMENT)
    event = EventFact(name="x", at=NOW, properties={})
    assert next_change(condition, Facts(now=NOW, traits={"a": 1}, history={"x": [event]})) is None


@pytest.mark.parametrize("year", [1000, 9999])
def test_events_and_instants_at_the_end_of_time_do_not_overflow(year):
    at = datetime(year, 6, 1, tzinfo=UTC)
    condition = parse(
        {"all": [{"did": "x", "within": "36500d"}, {"trait": "a", "is": "newer_than", "value": "36500d"}]},
        place=Place.SEGMENT,
    )
    facts = Facts(now=NOW, traits={"a": at.isoformat()}, history={"x": [EventFact(name="x", at=at, properties={})]})
    assert not evaluate(condition, facts).held
    assert next_change(condition, facts) is None


@pytest.mark.parametrize(
    ("written", "seconds", "canonical"),
    [
        ("90s", 90, "1m30s"),
        ("15m", 900, "15m"),
        ("3h", 10_800, "3h"),
        ("2d", 172_800, "2d"),
        ("1w", 604_800, "7d"),
        ("1d12h", 129_600, "1d12h"),
        ("0s", 0, "0s"),
    ],
)
def test_durations_count_seconds(written, seconds, canonical):
    assert durations.read(written) == timedelta(seconds=seconds)
    assert durations.write(durations.read(written)) == canonical


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-01-05T08:00:00Z", datetime(2026, 1, 5, 8, tzinfo=UTC)),
        ("2026-01-05t16:00:00.1234569+08:00", datetime(2026, 1, 5, 8, 0, 0, 123456, tzinfo=UTC)),
        ("2024-02-29T00:00:00-05:30", datetime(2024, 2, 29, 5, 30, tzinfo=UTC)),
        ("2000-02-29T00:00:00Z", datetime(2000, 2, 29, tzinfo=UTC)),
        ("1900-02-29T00:00:00Z", None),
        ("2023-02-29T00:00:00Z", None),
        ("2026-04-31T00:00:00Z", None),
        ("2026-01-05T24:00:00Z", None),
        ("2026-01-05T08:00:60Z", None),
        ("2026-01-05T08:00:00", None),
        ("2026-01-05 08:00:00Z", None),
        ("2026-01-05T08:00:00Z\n", None),
        ("0999-01-01T00:00:00Z", None),
        ("2026-01-05T08:00:00+16:00", None),
        ("２０２６-01-05T08:00:00Z", None),
        ("", None),
    ],
)
def test_instants_are_rfc_3339_with_an_offset(text, found):
    assert instant(text) == found
