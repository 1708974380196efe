"""What the leaves about the past mean, at their edges."""

from datetime import UTC, datetime, timedelta

import pytest

from audiences.conditions import (
    EventFact,
    Facts,
    Place,
    Tally,
    TraitFact,
    Verdict,
    compile_predicate,
    evaluate,
    next_change,
    parse,
    reason,
)
from audiences.conditions.amounts import plain
from config.kit.errors import InputRefused

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DAY, TICK = timedelta(days=1), timedelta(microseconds=1)


def facts(*events: tuple[str, timedelta, dict[str, object]], **more: object) -> Facts:
    history: dict[str, list[EventFact]] = {}
    for name, age, properties in sorted(events, key=lambda one: -one[1]):
        history.setdefault(name, []).append(EventFact(name=name, at=NOW - age, properties=properties))
    return Facts(now=NOW, history=history, **{"traits": {}, **more})


def held(raw: dict[str, object], known: Facts) -> bool:
    condition = parse(raw, place=Place.SEGMENT)
    verdict = evaluate(condition, known)
    assert compile_predicate(condition)(known) is verdict.held
    assert Verdict.from_json(verdict.as_json()).held is verdict.held
    return verdict.held


def test_sums_and_averages_are_exact():
    known = facts(*(("buy", DAY, {"n": n}) for n in (0.1, 0.1, 0.1)), ("buy", DAY, {"n": "7"}))
    assert held({"sum": "buy", "of": "n", "is": "eq", "value": 0.3}, known)
    assert held({"avg": "buy", "of": "n", "is": "eq", "value": 0.1}, known)
    thirds = facts(*(("buy", DAY, {"n": n}) for n in (1, 0, 0)))
    assert held({"avg": "buy", "of": "n", "is": "gt", "value": 0.3333333333333333}, thirds)
    large = facts(("buy", DAY, {"n": 1e308}), ("buy", DAY, {"n": 5e-324}))
    assert held({"sum": "buy", "of": "n", "is": "gt", "value": 1e308}, large)


@pytest.mark.parametrize(("measure", "of_nothing"), [("sum", 0), ("distinct", 0), ("avg", None), ("min", None)])
def test_of_nothing_a_sum_is_nought_and_the_rest_is_missing(measure, of_nothing):
    raw = {measure: "buy", "of": "n", "is": "ne", "value": 0}
    condition = parse(raw, place=Place.SEGMENT)
    assert evaluate(condition, facts()).actual == of_nothing
    assert held(raw, facts()) is (of_nothing is None)


def test_different_values_are_told_apart_by_type_and_spelling():
    values = [1, 1.0, "1", True, "é", "e\u0301", None, "", [1]]
    known = facts(*(("buy", DAY, {"v": value}) for value in values))
    assert held({"distinct": "buy", "of": "v", "is": "eq", "value": 4}, known)


@pytest.mark.parametrize(("gap", "holds"), [(3 * DAY - TICK, True), (3 * DAY, True), (3 * DAY + TICK, False)])
def test_a_gap_exactly_as_long_as_allowed_still_counts(gap, holds):
    raw = {"sequence": [{"event": "view"}, {"event": "buy", "within": "3d"}]}
    assert held(raw, facts(("view", DAY + gap, {}), ("buy", DAY, {}))) is holds


def test_one_event_never_stands_for_two_steps():
    raw = {"sequence": [{"event": "buy"}, {"event": "buy"}]}
    assert not held(raw, facts(("buy", DAY, {})))
    assert held(raw, facts(("buy", DAY, {}), ("buy", DAY, {})))


def test_a_later_beginning_is_found_where_the_first_leads_nowhere():
    raw = {"sequence": [{"event": "a"}, {"event": "b", "within": "1d"}, {"event": "c", "within": "1d"}], "within": "7d"}
    known = facts(("a", 6 * DAY, {}), ("b", 5 * DAY, {}), ("a", 2 * DAY, {}), ("b", DAY, {}), ("c", 0 * DAY, {}))
    assert held(raw, known)
    assert next_change(parse(raw, place=Place.SEGMENT), known) == NOW + 5 * DAY


def test_held_begins_anew_after_a_break_and_not_after_a_repetition():
    raw = {"held": {"trait": "tier", "is": "eq", "value": "gold"}, "for": {"at_least": "7d"}}
    gold, tin = "gold", "tin"

    def told(*words: tuple[int, str]) -> Facts:
        return facts(told={"tier": [TraitFact(at=NOW - ago * DAY, value=value) for ago, value in words]})

    assert held(raw, told((7, gold)))
    assert not held(raw, told((7, gold), (3, tin), (2, gold)))
    assert held(raw, told((9, tin), (8, gold), (2, gold)))
    assert next_change(parse(raw, place=Place.SEGMENT), told((6, gold))) == NOW + DAY


def test_a_missing_trait_has_been_missing_since_the_person_was_first_seen():
    raw = {"held": {"trait": "tier", "is": "not_exists"}, "for": {"at_least": "7d"}}
    assert held(raw, facts(first_seen=NOW - 7 * DAY))
    assert not held(raw, facts(first_seen=NOW - 7 * DAY + TICK))


def test_counts_ever_come_from_the_tally_without_what_lies_ahead():
    tally = {"buy": Tally(n=5, first_at=NOW - 9 * DAY, last_at=NOW + DAY)}
    known = facts(("buy", -DAY, {}), tallies=tally)
    assert held({"did": "buy", "times": {"exactly": 4}}, known)
    assert held({"first": "buy", "within": "10d"}, known)
    assert next_change(parse({"did": "buy", "times": {"at_least": 5}}, place=Place.SEGMENT), known) == NOW + DAY


@pytest.mark.parametrize(("age", "holds"), [(7 * DAY - TICK, False), (7 * DAY, True), (14 * DAY, False)])
def test_stopped_needs_the_newest_between_its_windows(age, holds):
    raw = {"stopped": "buy", "within": "2w", "quiet": "1w"}
    assert held(raw, facts(("buy", age, {}), ("buy", 13 * DAY, {}))) is (holds or age == 14 * DAY)
    assert held(raw, facts(("buy", age, {}))) is holds


def test_returned_needs_silence_in_front_and_something_before():
    raw = {"returned": "buy", "within": "2d", "after_quiet": "1w"}
    assert held(raw, facts(("buy", DAY, {}), ("buy", 9 * DAY, {})))
    assert not held(raw, facts(("buy", DAY, {})))
    assert not held(raw, facts(("buy", DAY, {}), ("buy", 9 * DAY - TICK, {}), ("buy", 20 * DAY, {})))


def test_regularly_counts_each_period_by_itself():
    raw = {"regularly": "buy", "every": "3d", "periods": 3, "in_at_least": 2, "times": {"exactly": 1}}
    assert held(raw, facts(("buy", DAY, {}), ("buy", 3 * DAY, {})))
    assert not held(raw, facts(("buy", DAY, {}), ("buy", 2 * DAY, {}), ("buy", 9 * DAY, {})))


def test_the_reason_names_what_was_found():
    raw = {"sum": "buy", "of": "amount", "within": "7d", "is": "gte", "value": 100}
    verdict = evaluate(parse(raw, place=Place.SEGMENT), facts(("buy", DAY, {"amount": 60})))
    told = "the sum of amount over “buy” in the last 7 days is at least 100; found: 60"
    assert reason(Verdict.from_json(verdict.as_json()), "en") == told


def test_amounts_are_shown_as_json_numbers():
    assert (plain(None), plain(7)) == (None, 7)


def test_of_computed_traits_the_past_is_not_asked_for():
    raw = {"held": {"trait": "computed.orders", "is": "gt", "value": 3}, "for": {"at_least": "7d"}}
    with pytest.raises(InputRefused):
        parse(raw, place=Place.SEGMENT)
