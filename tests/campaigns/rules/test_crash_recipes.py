"""What crashes, hangs or misleads durable_rules, tried through the doors of the product: refused there, or harmless.

Each test does what the recipe's author would have to do here: define rules as JSON, send events. A crash would end this
very process, a hang the test's time.
"""

import functools
import json

import msgspec
import pytest

from audiences.intake.accept import Call, accept
from audiences.intake.models import EventKind
from campaigns.rules import engine
from campaigns.rules.define import amend
from campaigns.rules.form import parse_rule
from campaigns.rules.live import renew_stamp
from campaigns.rules.models import Firing, Rule, RuleVersion
from config.kit import clock
from config.kit.errors import InputRefused
from config.kit.versions import digest
from tests import factories
from tests.campaigns.rules import given
from tests.campaigns.world import settle
from tests.factories import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gate_in_process"), pytest.mark.timeout(120)]
LABEL = {"add_label": "x"}


@pytest.fixture
def workspace():
    return factories.workspace()


def define(workspace, condition, key="r", **parts):
    return given.listening(workspace, key, LABEL, on="e", **{"if": condition}, **parts)


def define_many(workspace, conditions):
    """Store so many rules as `define` stores each: a trial of every one beside the others would take minutes."""
    for number, condition in enumerate(conditions):
        form = parse_rule({"key": f"r{number}", "on": ["e"], "if": condition, "then": [LABEL]})
        rule = Rule.objects.create(workspace=workspace, key=form.key, name=form.name, created_at=NOON, updated_at=NOON)
        rule.live = RuleVersion.objects.create(
            rule=rule,
            number=1,
            definition=form.definition,
            sha256=digest(form.definition),
            author="test",
            created_at=NOON,
        )
        rule.save()
    renew_stamp(workspace.pk)


def send(workspace, *items):
    """Let items come in at the public door, and be processed; return what the door refused."""
    raws = [msgspec.json.encode({"userId": "u", "event": "e", **item}) for item in items]
    with clock.at(NOON):
        receipt = accept(Call(workspace_id=workspace.pk, received_at=NOON, kind=EventKind.TRACK), raws)
    settle(NOON)
    return [error.reason for error in receipt.errors]


def fired(key=None):
    return Firing.objects.filter(**({"rule__key": key} if key else {})).count()


RAW = {
    "C1 a join of two events": {"all": [{"a": {"k": "A"}}, {"b": {"$gt": {"ts": {"a": "ts"}}}}]},
    "C2 a division": {"$gt": {"a": {"$div": {"$l": {"$m": "b"}, "$r": {"$m": "c"}}}}},
    "C3 its own patterns": {"$mt": {"x": "[一-龥]+"}},
    "C9 a join in which nothing fired": {"all": [{"a": {"x": 1}}, {"b": {"x": 2}}]},
    "H4 nothing at all": {"$and": []},
    "H4 an empty group": {"all": []},
    "H4 what is not there": {"$nex": {"x": 1}},
    "W1 none of": {"all": [{"m_0": {"t": "D"}}, {"m_1$not": {"t": "B"}}, {"m_2": {"t": "W"}}]},
    "a count": {"all": [{"m": {"t": "D"}}], "count": 3},
    "a timer": {"m$all": [{"base": {"$timerName": "t"}}]},
}


@pytest.mark.parametrize("recipe", RAW)
def test_the_librarys_own_language_is_refused(workspace, recipe):
    with pytest.raises(InputRefused):
        define(workspace, RAW[recipe])
    assert not Rule.objects.exists()


def test_c1_and_w1_orders_of_events_are_asked_for_in_our_language_and_are_right(workspace):
    define(workspace, {"sequence": [{"event": "a"}, {"event": "e"}], "within": "1h"}, key="a-then-e")
    define(workspace, {"not": {"did": "b", "within": "1h"}}, key="no-b")
    for name, at in (("e", "12:00:01"), ("a", "12:00:02"), ("b", "12:00:03"), ("e", "12:00:04")):
        send(workspace, {"event": name, "timestamp": f"2026-03-02T{at}Z"})
    assert (fired("a-then-e"), fired("no-b")) == (1, 1)


@pytest.mark.parametrize("pattern", ["a?+", "(", "(?=x)", r"(a)\1"])
def test_h2_patterns_that_are_none_are_refused(workspace, pattern):
    with pytest.raises(InputRefused):
        define(workspace, {"property": "x", "is": "matches", "value": pattern})


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("[一-龥]+", "中文", 1),  # C3
        ("(" * 200 + "a" + ")" * 200, "a", 1),  # C8
        ("((.*)+|c)", "c", 1),  # H3
        (".*{}", "a{}", 1),  # H2
        ("(a*)*b", "a" * 30_000, 0),
        ("(x+x+)+y", "x" * 30_000, 0),
    ],
)
def test_c3_c8_h3_patterns_that_explode_elsewhere_are_answered(workspace, pattern, text, matches):
    try:
        define(workspace, {"property": "x", "is": "matches", "value": pattern})
    except InputRefused:
        return  # too deep for RE2 as well: said so when it is defined
    send(workspace, {"properties": {"x": text}})
    assert fired() == matches


@pytest.mark.parametrize("count", [65, 256, 257])
def test_c4_e1_any_number_of_rules_may_hold_on_one_event(workspace, count):
    define_many(workspace, [{"property": "a", "is": "gt", "value": -n} for n in range(count)])
    send(workspace, {"properties": {"a": 1}})
    assert fired() == count


def test_c4_many_rules_with_one_condition_fire_all(workspace):
    define_many(workspace, [{"property": "a", "is": "eq", "value": 1}] * 260)
    send(workspace, {"properties": {"a": 1}})
    assert fired() == 260


def test_h1_hundreds_of_rules_that_differ_in_one_value_do_not_hang(workspace):
    both = [{"property": "t", "is": "eq", "value": "x"}]
    define_many(workspace, [{"all": [*both, {"property": "k", "is": "eq", "value": n}]} for n in range(520)])
    send(workspace, {"properties": {"t": "x", "k": 7}})
    assert [firing.rule.key for firing in Firing.objects.all()] == ["r7"]


def test_c5_more_people_than_the_library_has_room_for(workspace):
    define(workspace, {"property": "x", "is": "gt", "value": 0})
    send(workspace, *({"userId": f"u{n}", "properties": {"x": 1}} for n in (*range(1030), 0, 1029)))
    assert fired() == 1032


@pytest.mark.parametrize("name", ["sid", "id", "$s", "k", "e", "p0", "$and", "$i"])
def test_c6_names_that_mean_something_to_the_library_are_properties_like_others(workspace, name):
    define(workspace, {"property": name, "is": "eq", "value": "s" * 1000})
    define(workspace, {"property": "other", "is": "not_exists"}, key="not")
    send(workspace, {"properties": {name: "s" * 1000}}, {"properties": {name: "s" * 30_000}})
    assert (fired("r"), fired("not")) == (1, 2)


def test_c6_c7_what_is_too_large_or_too_deep_stays_outside(workspace):
    define(workspace, {"property": "a", "is": "exists"})
    deep = functools.reduce(lambda inner, _: {"k" * 100: inner}, range(240), 1)
    refused = send(
        workspace,
        {"userId": "s" * 5_000_000, "properties": {"a": 1}},
        {"properties": {"a": 1, "n": "x" * 240_000}},
        {"properties": {"a": 1, "n": deep}},
        {"properties": {"a": 1, "n": functools.reduce(lambda inner, _: {"k": inner}, range(100), 1)}},
    )
    assert len(refused) == 4
    assert fired() == 0


def test_c9_c10_rules_that_never_fired_are_taken_away_without_harm(workspace):
    rule = define(workspace, {"property": "a", "is": "eq", "value": 1})
    for number in range(30):
        send(workspace, {"userId": f"u{number}", "properties": {"a": 2}})
        if number % 10 == 5:
            amend(rule, priority=number, actor=factories.actor(), now=NOON)
    amend(rule, mode="off", actor=factories.actor(), now=NOON)
    send(workspace, {"properties": {"a": 1}})
    assert fired() == 0


def test_a_definition_of_five_megabytes_is_refused(client, workspace):
    headers = factories.bearer(factories.api_key(workspace, "rules:read", "rules:write"))
    condition = {"property": "x", "is": "in", "value": ["x" * 1000] * 5000}
    body = json.dumps({"key": "r", "on": ["e"], "if": condition, "then": [LABEL]})
    answer = client.post("/v1/rules", body, content_type="application/json", headers=headers)
    assert answer.status_code in (413, 422)


@pytest.mark.parametrize(
    "term",
    [
        engine.Term("sid", engine.Comparison.EQ, 1),
        engine.Term("p0", engine.Comparison.EQ, 1 << 40),
        engine.Term("p0 or 1", engine.Comparison.EQ, 1),
    ],
)
def test_the_door_to_the_library_takes_nothing_but_its_own_aliases_and_small_numbers(term):
    with pytest.raises(ValueError, match="not a term"):
        engine.build({0: [term]})


def test_the_door_to_the_library_takes_no_more_branches_than_it_bears():
    term = engine.Term("p0", engine.Comparison.GTE, 0)
    with pytest.raises(ValueError, match="1 to 50 branches"):
        engine.build({n: [term] for n in range(51)})
