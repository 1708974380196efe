"""What is no condition is refused: every problem at once, each with its place and the way out."""

from typing import Any

import pytest

from audiences.conditions import Place, parse
from config.kit.errors import InputRefused

LEAF = {"trait": "a", "is": "exists"}


def problems(raw: Any, place: Place = Place.EVENT) -> dict[str, tuple[str, str]]:
    with pytest.raises(InputRefused) as refusal:
        parse(raw, place=place)
    return {problem.path: (problem.message, problem.hint) for problem in refusal.value.problems}


def nested(levels: int, inner: Any = LEAF) -> Any:
    for _ in range(levels):
        inner = {"not": inner}
    return inner


def test_every_problem_is_found_at_once():
    raw = {
        "all": [
            {"trait": "a..b", "is": "eqq", "value": 1},
            {"did": "buy", "times": {"atleast": 3}, "within": "3mo", "where": [{"trait": "x", "is": "exists"}]},
            {"any": []},
            {"sum": "buy", "of": "amount"},
            {"trait": "x", "is": "matches", "value": "(?=look)"},
            {"trait": "x", "is": "eq", "value": 1, "vaule": 2},
        ]
    }
    assert set(problems(raw)) == {
        "/all/0/trait", "/all/0/is", "/all/1/times", "/all/1/within", "/all/1/where/0", "/all/2/any", "/all/3",
        "/all/4/value", "/all/5/vaule",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "hint"),
    [
        ({"trait": "a", "is": "eqq", "value": 1}, "did you mean eq?"),
        ({"trait": "a", "is": "startswith", "value": "x"}, "did you mean starts_with?"),
        ({"trait": "a", "is": ">=", "value": 1}, "did you mean gte?"),
        ({"tarit": "a", "is": "eq", "value": 1}, "did you mean trait?"),
        ({"did": "a", "witin": "3d"}, "did you mean within?"),
        ({"trait": "a", "is": "eq", "value": None}, "use not_exists to ask for what is missing"),
        ({"trait": "a", "is": "in", "value": "x"}, 'put it in brackets: ["x"]'),
        ({"trait": "a", "is": "between", "value": [2, 1]}, "write the smaller value first"),
        ({"trait": "a", "is": "exists", "value": 3}, "leave out value"),
        ({"event_name": "buy"}, 'write a list: ["purchase"]'),
        ([LEAF], 'write an object such as {"trait": "city", …}'),
        ({**LEAF, "did": "x"}, 'join two conditions with {"all": [...]}'),
    ],
)
def test_the_hint_says_the_way_out(raw, hint):
    assert hint in {hint for _, hint in problems(raw).values()}


TIER = {"trait": "tier", "is": "eq", "value": "gold"}


@pytest.mark.parametrize(
    ("raw", "place", "hint"),
    [
        ({"sum": "buy", "is": "gt", "value": 1}, "", 'add "of": "amount"'),
        ({"sum": "buy", "of": "a", "is": "gt"}, "", "gt takes a number"),
        ({"sum": "buy", "of": "a", "value": 1}, "", "a measure is compared by"),
        ({"avg": "buy", "of": "a", "is": "matches", "value": "x"}, "/is", "a measure is compared by"),
        ({"max": "buy", "of": "a", "is": "gt", "value": "5"}, "/value", "the max is a number: write it"),
        (
            {"min": "buy", "of": "a", "is": "in", "value": [1, True]},
            "/value",
            "the min is a number: write it",
        ),
        ({"distinct": "buy", "of": "a", "is": "between", "value": [3, 1]}, "/value", "write the smaller value first"),
        ({"sequence": []}, "/sequence", "write 1 to 10 steps"),
        ({"sequence": [{"event": "a"}] * 11}, "/sequence", "write 1 to 10 steps"),
        ({"sequence": [{"event": "a", "within": "3d"}]}, "/sequence/0/within", "a within of its own, beside the list"),
        ({"sequence": [{"did": "a"}]}, "/sequence/0", 'write {"event": "buy", "within": "3d"}'),
        ({"sequence": [{"event": "a", "gap": "1d"}]}, "/sequence/0/gap", "known here: event, where, within"),
        ({"last": "test"}, "", "say what the newest event has"),
        ({"last": "test", "has": []}, "/has", "say what the newest event has"),
        ({"last": "test", "has": [TIER]}, "/has/0", 'write {"property": "amount", "is": …}'),
        ({"held": {"segment": "x"}, "for": {"at_least": "7d"}}, "/held", 'write {"trait"'),
        ({"held": TIER}, "", 'write "for": {"at_least": "7d"}'),
        ({"held": TIER, "for": "7d"}, "/for", 'write "for": {"at_least": "7d"}'),
        ({"held": TIER, "for": {"at_most": "7d"}}, "/for", 'write "for": {"at_least": "7d"}'),
        ({"held": TIER, "for": {"at_least": "2mo"}}, "/for/at_least", "write a number and one of s, m, h, d, w"),
        ({"first": "buy"}, "", 'add a duration, such as "within": "7d"'),
        ({"stopped": "buy", "within": "2w"}, "", 'add a duration, such as "quiet": "7d"'),
        ({"stopped": "buy", "within": "1w", "quiet": "7d"}, "/quiet", "make within longer"),
        ({"returned": "buy", "within": "2d", "quiet": "7d"}, "/quiet", "did you mean after_quiet?"),
        ({"regularly": "buy", "every": "3d"}, "", "write 1 to 366"),
        ({"regularly": "b", "every": "3d", "periods": 3, "in_at_least": 4}, "/in_at_least", "write 1 to 3"),
        ({"regularly": "b", "every": "36500d", "periods": 3}, "", "stay within 36500d in all"),
        ({"regularly": "b", "every": "0s", "periods": 3}, "/every", "leave it out to mean ever"),
        ({"consent": "email"}, "/consent", 'write {"channel": "email", "purpose": "marketing"}'),
        ({"consent": {"channel": "email"}}, "/consent", 'write {"channel": "email", "purpose": "marketing"}'),
        ({"consent": {"channel": "E Mail", "purpose": "x"}}, "/consent/channel", 'write {"channel": "email"'),
        ({"measure": "count", "is": "gt", "value": 1}, "/measure", "use one of"),
    ],
)
def test_a_faulty_leaf_is_refused_with_its_place_and_the_way_out(raw, place, hint):
    found = problems(raw)
    assert place in found, found
    assert hint in found[place][1], found


def test_a_segment_has_no_event_at_hand():
    for raw in ({"property": "a", "is": "exists"}, {"event_name": ["buy"]}):
        parse(raw, place=Place.EVENT)
        assert "here there is none" in problems(raw, Place.SEGMENT)[""][0]


@pytest.mark.parametrize("value", ["2026-01-05", "2026-01-05T08:00:00", "2026-02-30T08:00:00Z", 5, "yesterday"])
def test_an_instant_without_offset_is_refused(value):
    assert "no instant" in problems({"trait": "a", "is": "before", "value": value})["/value"][0]


@pytest.mark.parametrize("value", ["1mo", "2 months", "1y", "1M", "1.5h", "3", "", "d", "-1d", "99999999w", "1d 2h", 3])
def test_what_is_no_duration_is_refused(value):
    assert "/value" in problems({"trait": "a", "is": "older_than", "value": value})


def test_a_window_of_nothing_is_refused():
    assert "/within" in problems({"did": "buy", "within": "0s"})


def test_twenty_levels_and_five_hundred_leaves_are_the_limit():
    parse(nested(19), place=Place.SEGMENT)
    assert "20 levels" in problems(nested(20))["/not" * 20][0]
    parse({"any": [LEAF] * 500}, place=Place.SEGMENT)
    assert "500 leaves" in problems({"any": [LEAF] * 501})["/any/500"][0]
    where = [{"property": "a", "is": "exists"}] * 250
    assert "500 leaves" in next(iter(problems({"all": [{"did": "x", "where": where}] * 2}).values()))[0]


def deep_list(levels: int) -> Any:
    inner: Any = []
    for _ in range(levels):
        inner = [inner]
    return inner


@pytest.mark.parametrize(
    "raw",
    [
        nested(10_000),
        deep_list(10_000),
        {"trait": "a", "is": "in", "value": deep_list(10_000)},
        {"any": [LEAF] * 10_000},
        {"trait": "x" * 10**6, "is": "exists"},
        {"trait": "a", "is": "eq", "value": "x" * 70_000},
        {"trait": "a\0", "is": "exists"},
        {"trait": "a", "is": "eq", "value": "\ud800"},
        {"trait\0": 1},
        {1: 2},
        {"trait": "a", "is": "eq", "value": float("nan")},
        {"trait": "a", "is": "eq", "value": float("inf")},
        {"trait": "a", "is": "eq", "value": 10**400},
        {"did": "a", "times": {"at_least": 10**5000}},
        {"trait": "a", "is": "eq", "value": {1, 2}},
        {"trait": "a", "is": "in", "value": list(range(501))},
        {"trait": "a", "is": "matches", "value": "("},
        {"trait": "a", "is": "matches", "value": r"(a)\1"},
        {"trait": "a", "is": "matches", "value": "a" * 501},
        {"trait": "a", "is": "matches", "value": "((a{99}){99}){99}"},
        {"trait": "a", "is": {"$gt": 1}, "value": 1},
        {"trait": ["a"], "is": "eq", "value": 1},
        {"did": {}},
        {"segment": 5},
        {"did": "a", "times": {"at_least": -1}},
        {"did": "a", "times": {"at_least": True}},
        {"did": "a", "times": {}},
        {"did": "a", "times": {"at_least": 1, "at_most": 2}},
        {"did": "a", "where": {}},
        {"not": [LEAF]},
        {"all": LEAF},
        {"trait": ".".join("a" * 11), "is": "exists"},
        {"trait": " ", "is": "exists"},
        None,
        5,
        "x",
        [],
        {},
        True,
        {"trait": "a", "is": "in", "value": [None]},
        {"trait": "a", "is": "in", "value": []},
        {"event_name": []},
        {"event_name": [5]},
        {"event_name": ["a"] * 501},
    ],
    ids=lambda raw: repr(type(raw)),
)
def test_hostile_input_is_a_refusal_and_nothing_worse(raw):
    found = problems(raw)
    assert found
    assert all(message and len(message) < 300 for message, _ in found.values())


def test_not_more_problems_are_told_than_somebody_can_read():
    assert len(problems({"any": [{"trait": "a", "is": "no"}] * 400})) == 50


@pytest.mark.parametrize(
    "name", ["__proto__", "$and", "constructor", "名字", "a'b", 'a"b', "%s", "a b", "id", "sid", "\\"]
)
def test_names_that_mean_something_elsewhere_are_only_names(name):
    condition = parse({"trait": name, "is": "exists"}, place=Place.SEGMENT)
    assert condition.needs().traits == {name}


def test_a_pointer_escapes_what_it_must():
    assert set(problems({"did": "x", "a/b~c": 1})) == {"/a~1b~0c"}


@pytest.mark.parametrize(
    "raw",
    [
        {"all": [LEAF, {"not": {"segment": "x"}}]},
        {"any": [{"trait": "a", "is": "between", "value": [1, 2.5]}, {"event_name": ["a", "b"]}]},
        {
            "did": "buy",
            "where": [{"property": "x", "is": "older_than", "value": "1d12h"}],
            "times": {"exactly": 0},
            "within": "7d",
        },
        {"trait": "a", "is": "before", "value": "2026-01-05T08:00:00+08:00"},
        {"trait": "a", "is": "has_all", "value": ["x", 1, True]},
    ],
)
def test_a_condition_is_written_back_as_it_was_read(raw):
    condition = parse(raw, place=Place.EVENT)
    assert condition.as_json() == raw
    assert parse(condition.as_json(), place=Place.EVENT) == condition
