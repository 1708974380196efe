"""What the checks tell about a handful of rules, kind by kind, and in which words."""

from dataclasses import replace

import pytest

from campaigns.rules.form import parse_rule
from campaigns.rules.lint import SEVERITIES, Finding, Seen, lint, sentence
from campaigns.rules.lint.loops import check_loops
from campaigns.rules.lint.subjects import subject

AMOUNT = {"property": "amount", "is": "gt", "value": 100}
NUMBER, TEXT = frozenset({"number"}), frozenset({"text"})
SEEN = Seen(
    events=["buy", "view"],
    properties={"buy": {"amount": NUMBER, "address.city": TEXT}, "view": {"page": TEXT}},
    traits={"city": TEXT},
)


def rule(key, condition=None, *, flow="thanks", on=("buy",), **parts):
    written = {"if": condition} if condition else {}
    return parse_rule({"key": key, "on": list(on), "then": [{"start_flow": flow}], **written, **parts})


def prop(name, op, value=None):
    return {"property": name, "is": op} | ({} if value is None else {"value": value})


def kinds(*rules, **asked):
    return [(finding.kind, *finding.rules) for finding in lint(rules, **asked)]


@pytest.mark.parametrize(
    "condition",
    [
        {"all": [prop("amount", "gt", 5), prop("amount", "lt", 3)]},
        {"all": [prop("amount", "gt", 5), prop("amount", "eq", "much")]},
        {"all": [prop("amount", "eq", 1), prop("amount", "eq", True)]},
        {"all": [prop("amount", "eq", 5), prop("amount", "not_exists")]},
        {"all": [prop("city", "in", ["Berlin", "Rome"]), prop("city", "starts_with", "P")]},
        {"all": [prop("at", "before", "2026-01-01T00:00:00Z"), prop("at", "after", "2026-01-01T00:00:00Z")]},
        {"all": [prop("at", "older_than", "7d"), prop("at", "newer_than", "7d")]},
        {"all": [prop("at", "newer_than", "7d"), prop("at", "gt", 5)]},
        {"did": "view", "times": {"less_than": 0}},
        {"all": [{"did": "view", "times": {"more_than": 3}}, {"did": "view", "times": {"exactly": 3}}]},
        {"all": [{"segment": "vip"}, {"not": {"segment": "vip"}}]},
        {"event_name": ["refund"]},
    ],
)
def test_a_rule_that_can_never_match_is_an_error(condition):
    assert kinds(rule("r", condition)) == [("dead", "r")]


@pytest.mark.parametrize(
    "condition",
    [
        {"any": [prop("amount", "gt", 5), {"not": prop("amount", "gt", 5)}]},
        {"any": [prop("amount", "exists"), prop("amount", "ne", 5)]},
        {"any": [prop("city", "contains", "a"), prop("city", "not_contains", "a")]},
        {"did": "view", "times": {"at_least": 0}},
        {"event_name": ["buy", "refund"]},
    ],
)
def test_a_condition_that_says_nothing_is_told(condition):
    assert kinds(rule("r", condition)) == [("always", "r")]


def test_a_rule_without_a_condition_is_meant_to_match_always():
    assert kinds(rule("r")) == []


def test_a_number_between_two_neighbouring_whole_numbers_is_not_forgotten():
    assert kinds(rule("r", {"all": [prop("amount", "gt", 2), prop("amount", "lt", 3)]})) == []


def test_there_is_no_double_between_two_neighbouring_ones():
    assert kinds(rule("r", {"all": [prop("amount", "gt", 1), prop("amount", "lt", 1.0000000000000002)]})) == [
        ("dead", "r")
    ]


def test_of_two_rules_that_do_the_same_the_narrower_one_adds_nothing():
    narrow, wide = rule("narrow", prop("amount", "gte", 200)), rule("wide", AMOUNT)
    assert kinds(narrow, wide) == [("subsumed", "narrow", "wide")]


def test_rules_that_do_different_things_may_lie_in_one_another():
    assert kinds(rule("narrow", prop("amount", "gte", 200), flow="other"), rule("wide", AMOUNT)) == []


def test_a_narrower_rule_is_needed_if_the_wider_one_does_not_listen_to_all_of_its_events():
    narrow = rule("narrow", prop("amount", "gte", 200), on=("buy", "view"))
    assert kinds(narrow, rule("wide", AMOUNT)) == []


def test_several_alternatives_together_may_hold_all_of_a_rule():
    halves = {"any": [prop("amount", "lte", 50), prop("amount", "gt", 50)]}
    assert kinds(rule("whole", prop("amount", "between", [1, 99])), rule("halves", halves)) == [
        ("subsumed", "whole", "halves")
    ]


def test_the_same_condition_written_otherwise_is_a_duplicate():
    one = rule("one", {"all": [prop("amount", "gt", 100), prop("city", "eq", "Rome")]})
    unless = {"unless": {"any": [{"not": AMOUNT}, prop("city", "ne", "Rome")]}}
    assert kinds(one, rule("other", **unless)) == [("duplicate", "other", "one")]


def test_findings_about_a_draft_leave_out_what_does_not_concern_it():
    rules = [rule("dead", {"event_name": ["refund"]}), rule("wide", AMOUNT), rule("draft", prop("amount", "gt", 200))]
    assert kinds(*rules, looked_at=["draft"]) == [("subsumed", "draft", "wide")]


def test_rules_that_are_off_are_left_alone_unless_asked_about():
    off = rule("off", {"event_name": ["refund"]}, mode="off")
    assert kinds(off) == []
    assert kinds(off, looked_at=["off"]) == [("dead", "off")]


def test_names_that_nobody_has_seen_are_told_with_what_may_be_meant():
    found = lint([rule("r", {"all": [prop("amuont", "gt", 5), {"trait": "citty", "is": "exists"}]})], seen=SEEN)
    assert [(each.kind, each.about["name"], each.about["meant"]) for each in found] == [
        ("unknown_property", "amuont", "amount"),
        ("unknown_trait", "citty", "city"),
    ]
    assert kinds(rule("r", on=("bye",)), seen=SEEN) == [("unknown_event", "r")]


def test_an_object_is_known_by_its_parts_and_an_empty_workspace_warns_of_nothing():
    assert kinds(rule("r", prop("address", "exists")), seen=SEEN) == []
    assert kinds(rule("r", prop("whatever", "exists")), seen=Seen()) == []


def test_a_number_compared_as_a_text_is_told():
    (found,) = lint([rule("r", prop("amount", "eq", "5"))], seen=SEEN)
    assert (found.kind, found.about) == ("other_type", {"name": "amount", "type": "text", "others": "number"})


def test_rules_that_set_each_other_off_are_told_once():
    there = replace(subject(rule("there")), on=("a",), emits=("b",))
    back = replace(there, key="back", on=("b",), emits=("a",))
    (found,) = check_loops([there, back, replace(there, key="out", emits=("c",))])
    assert (found.rules, found.about) == (("there", "back"), {"names": "a → b"})
    assert [each.rules for each in check_loops([replace(there, emits=("a",))])] == [("there",)]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_kind_has_its_sentence(language):
    about = {"names": ["a", "b"], "name": "a", "meant": "b", "events": ["x"], "group": "g", "type": "text"}
    for kind in SEVERITIES:
        told = sentence(Finding(kind=kind, rules=("r", "s"), rows=(3, 1, 2), about=about), language)
        assert told
        assert "{" not in told


def test_a_finding_is_told_in_the_language_of_the_reader():
    (found,) = lint([rule("narrow", prop("amount", "gte", 200)), rule("wide", AMOUNT)])
    assert sentence(found, "en") == "narrow matches only where wide matches too, and does the same: it adds nothing"
    assert sentence(found, "zh-hans") == "规则 narrow 命中时 wide 也必定命中，且动作相同：它没有任何作用"
    assert found.witness == {"event": "buy", "properties": {"amount": 200}}


def test_rules_over_streams_are_compared_only_where_they_count_the_same():
    stream = {"key": "burst", "on": ["mention"], "group_by": ["brand"], "over": "10m", "measure": {"count": {}}}
    stream |= {"if": {"measure": "count", "is": "gte", "value": 50}}
    again, slower = {**stream, "key": "again"}, {**stream, "key": "slower", "over": "1h"}
    assert kinds(*map(parse_rule, (stream, again, slower))) == [("duplicate", "again", "burst")]


def test_a_rule_that_waits_for_what_does_not_come_is_not_taken_for_one_that_always_matches():
    waiting = {"key": "w", "on": ["cart"], "absent": {"event": "buy", "within": "1h"}}
    assert kinds(parse_rule({**waiting, "then": [{"start_flow": "thanks"}]})) == []
