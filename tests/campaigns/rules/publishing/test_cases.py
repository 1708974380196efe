"""Stored test cases: what they may give, and that each says whether the rule does as expected."""

import pytest

from campaigns.rules.form import parse_rule
from campaigns.rules.publishing.cases import cases_of, run_cases, save_case
from campaigns.rules.publishing.given import read_case
from config.kit.errors import Conflict, InputRefused
from tests import factories
from tests.campaigns.rules import given
from tests.campaigns.rules.publishing import way
from tests.factories import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gate_in_process")]


def outcome(workspace, raw, **parts):
    rule = way.draft(workspace).rule
    case = save_case(rule, raw, actor=factories.actor(), now=NOON)
    (result,) = run_cases(parse_rule(given.raw_rule(**parts)), [case])
    return result


@pytest.mark.parametrize(
    ("facts", "condition"),
    [
        ({"traits": {"tier": "gold"}}, {"trait": "tier", "is": "eq", "value": "gold"}),
        ({"segments": ["vip"]}, {"segment": "vip"}),
        ({"consents": [["email", "marketing"]]}, {"consent": {"channel": "email", "purpose": "marketing"}}),
        (
            {"history": [{"name": "buy", "ago": "3d"}, {"name": "buy", "ago": "40d"}]},
            {"did": "buy", "times": {"exactly": 2}, "within": "30d"},
        ),
        (
            {"was": [{"trait": "tier", "ago": "8d", "value": "gold"}], "traits": {"tier": "gold"}, "known_for": "90d"},
            {"held": {"trait": "tier", "is": "eq", "value": "gold"}, "for": {"at_least": "7d"}},
        ),
    ],
)
def test_whatever_a_condition_reads_can_be_given(workspace, facts, condition):
    assert outcome(workspace, way.case(facts=facts), **{"if": condition})["passed"] is True
    way_off = way.case(name="without", fires=False)
    assert outcome(workspace, way_off, **{"if": condition})["passed"] is True


def test_a_case_that_fails_names_the_leaf_that_decided(workspace):
    result = outcome(workspace, way.case(amount=50))
    assert (result["passed"], result["fires"], result["failed"]["actual"]) == (False, False, 50)
    elsewhere = way.case(name="other event", event={"name": "view", "properties": {"amount": 500}})
    assert outcome(workspace, elsewhere)["listens"] is False


def test_the_actions_may_be_expected_too(workspace):
    assert outcome(workspace, way.case(expect={"fires": True, "then": [{"start_flow": "thanks"}]}))["passed"]
    wrong = outcome(workspace, way.case(name="w", expect={"fires": True, "then": [{"start_flow": "other"}]}))
    assert wrong["wrong"] == ["then"]


def test_private_cases_are_seen_by_their_owner_alone_and_hold_up_nobody_else(workspace):
    grace = factories.actor("Grace")
    grace = type(grace)(kind=grace.kind, id="2", name="Grace")
    rule = way.draft(workspace).rule
    save_case(rule, way.case(amount=50, private=True), actor=grace, now=NOON)
    save_case(rule, way.case("shared"), actor=grace, now=NOON)
    assert [case.name for case in cases_of(rule, actor=factories.actor())] == ["shared"]
    mine = way.draft(workspace, revision=1, **way.above(101))
    assert mine.problems == []
    hers = way.draft(workspace, revision=2, by=grace, **way.above(102))
    assert [problem["path"] for problem in hers.problems] == ["/cases/a big one"]
    assert [case["name"] for case in hers.steps[3]["details"]["cases"]] == ["shared"]


def test_a_name_is_taken_once_per_owner(workspace):
    rule = way.draft(workspace).rule
    save_case(rule, way.case(), actor=factories.actor(), now=NOON)
    with pytest.raises(Conflict):
        save_case(rule, way.case(), actor=factories.actor(), now=NOON)


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ([], ""),
        ({}, "/name"),
        (way.case(name=" "), "/name"),
        (way.case(private="yes"), "/private"),
        (way.case(colour="red"), "/'colour'"),
        (way.case(event={"name": ""}), "/event/name"),
        (way.case(event={"name": "buy", "at": "yesterday"}), "/event/at"),
        (way.case(event={"name": "buy", "at": "2026-02-31T00:00:00Z"}), "/event/at"),
        (way.case(event={"name": "buy", "properties": 5}), "/event/properties"),
        (way.case(facts={"traits": []}), "/facts/traits"),
        (way.case(facts={"segments": [5]}), "/facts/segments/0"),
        (way.case(facts={"history": [{"name": "buy", "ago": "1 month"}]}), "/facts/history/0/ago"),
        (way.case(facts={"history": [{}] * 501}), "/facts/history"),
        (way.case(facts={"was": [{"trait": 5, "ago": "1d"}]}), "/facts/was/0/trait"),
        (way.case(facts={"consents": [["email"]]}), "/facts/consents/0"),
        (way.case(facts={"known_for": "long"}), "/facts/known_for"),
        (way.case(expect={"fires": "yes"}), "/expect/fires"),
        (way.case(expect={"fires": True, "then": {}}), "/expect/then"),
    ],
)
def test_each_fault_of_a_case_is_named_by_its_place(raw, path):
    with pytest.raises(InputRefused) as caught:
        read_case(raw)
    assert path in [problem.path for problem in caught.value.problems]
