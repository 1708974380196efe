"""Defining rules: what is refused and where, what becomes a version, what the gate lets through."""

import subprocess
import sys

import pytest

from campaigns.rules import gate
from campaigns.rules.define import amend
from campaigns.rules.models import Rule, RuleSetStamp, RuleVersion
from compliance.audit import entries
from config.kit.errors import InputRefused
from tests import factories
from tests.campaigns.rules import given
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace():
    made = factories.workspace()
    given.flow(made)
    return made


def refused(workspace, **parts):
    with pytest.raises(InputRefused) as caught:
        given.rule(workspace, **parts)
    return {problem.path: problem for problem in caught.value.problems}


def test_a_rule_becomes_its_first_version_and_the_audit_says_so(workspace):
    rule = given.rule(workspace)
    assert (rule.live.number, rule.mode, rule.enabled, rule.priority) == (1, "live", True, 100)
    (entry,) = entries(workspace.pk)
    assert (entry.action, entry.object_id, entry.payload["version"]) == ("rule.defined", "big-basket", 1)


@pytest.mark.usefixtures("gate_in_process")
def test_the_same_definition_again_is_no_new_version(workspace):
    given.rule(workspace)
    given.rule(workspace, enabled=True, mode="live", name="big-basket")
    assert RuleVersion.objects.count() == 1


@pytest.mark.usefixtures("gate_in_process")
def test_a_change_is_a_new_version_and_the_old_one_stays_as_it_was(workspace):
    first = given.rule(workspace).live
    rule = given.rule(workspace, **{"if": {"property": "amount", "is": "gt", "value": 7}})
    assert rule.live.number == 2
    first.refresh_from_db()
    assert first.definition["if"] == given.BIG


@pytest.mark.usefixtures("gate_in_process")
def test_every_change_gives_the_workers_another_stamp(workspace):
    given.rule(workspace)
    before = RuleSetStamp.objects.get().stamp
    amend(Rule.objects.get(), mode="shadow", actor=factories.actor(), now=NOON)
    assert RuleSetStamp.objects.get().stamp != before
    assert Rule.objects.get().mode == "shadow"


def test_switching_a_rule_needs_no_new_trial(workspace, monkeypatch):
    rule = given.rule(workspace)
    monkeypatch.setattr(gate, "COMMAND", ("/nonexistent",))
    assert amend(rule, enabled=False, actor=factories.actor(), now=NOON).rule.enabled is False


@pytest.mark.parametrize(
    ("parts", "path"),
    [
        ({"key": ""}, "/key"),
        ({"key": "a b"}, "/key"),
        ({"key": 5}, "/key"),
        ({"on": []}, "/on"),
        ({"on": "buy"}, "/on"),
        ({"on": ["buy", ""]}, "/on/1"),
        ({"on": [None]}, "/on/0"),
        ({"if": {"all": []}}, "/if/all"),
        ({"if": {"all": [given.BIG, {"property": "x", "is": "matches", "value": "("}]}}, "/if/all/1/value"),
        ({"unless": {"property": "x"}}, "/unless"),
        ({"then": []}, "/then"),
        ({"then": [{"start_flow": "thanks", "emit": "x"}]}, "/then/0"),
        ({"then": [{"start_flow": 5}]}, "/then/0/start_flow"),
        ({"then": [{"webhook": "x"}]}, "/then/0/webhook"),
        ({"then": [{"webhook": {"endpoint": "no key"}}]}, "/then/0/webhook/endpoint"),
        ({"then": [{"emit": "x"}]}, "/then/0/emit"),
        ({"then": [{"emit": {"event": ""}}]}, "/then/0/emit/event"),
        ({"then": [{"emit": {"event": "segment.entered"}}]}, "/then/0/emit/event"),
        ({"then": [{"emit": {"event": "x", "properties": {"a": {"from": "b"}}}}]}, "/then/0/emit/properties/a"),
        ({"then": [{"emit": {"event": "x", "colour": 1}}]}, "/then/0/emit/colour"),
        ({"then": [{"set_trait": {"trait": "tier"}}]}, "/then/0/set_trait/value"),
        ({"then": [{"set_trait": {"trait": "computed", "value": 1}}]}, "/then/0/set_trait/trait"),
        ({"then": [{"set_trait": {"trait": "a.b", "value": 1}}]}, "/then/0/set_trait/trait"),
        ({"then": [{"set_trait": {"trait": "a", "value": {"property": "a..b"}}}]}, "/then/0/set_trait/value"),
        ({"then": [{"add_label": " "}]}, "/then/0/add_label"),
        ({"then": [{"open_incident": {"severity": 1}}]}, "/then/0"),
        ({"exclusive": "a b"}, "/exclusive"),
        ({"cooldown": "1 month"}, "/cooldown"),
        ({"cooldown": "0s"}, "/cooldown"),
        ({"max_firings": 3}, "/max_firings"),
        ({"max_firings": {"per": "1d"}}, "/max_firings"),
        ({"max_firings": {"per_subject": 0}}, "/max_firings/per_subject"),
        ({"max_firings": {"per_subject": 1001}}, "/max_firings/per_subject"),
        ({"max_firings": {"in_all": True}}, "/max_firings/in_all"),
        ({"max_firings": {"in_all": 5, "every": "1d"}}, "/max_firings/every"),
        ({"schedule": {}}, "/schedule"),
        ({"schedule": {"from": "2026-01-05"}}, "/schedule/from"),
        ({"schedule": {"from": "2026-01-05T00:00:00Z", "until": "2026-01-05T00:00:00Z"}}, "/schedule/until"),
        ({"schedule": {"weekdays": [0]}}, "/schedule/weekdays"),
        ({"schedule": {"window": {"from": "8:00", "to": "20:00"}}}, "/schedule/window/from"),
        ({"schedule": {"window": {"from": "08:00", "to": "08:00"}}}, "/schedule/window/to"),
        ({"schedule": {"zone": "Mars/Olympus"}}, "/schedule/zone"),
        ({"expires": "tomorrow"}, "/expires"),
        ({"rollout": 101}, "/rollout"),
        ({"rollout": "10"}, "/rollout"),
        ({"then": [{"explode": "x"}]}, "/then/0"),
        ({"then": [{"start_flow": "thanks"}, {"start_flow": "nowhere"}]}, "/then/1/start_flow"),
        ({"if": {"segment": "nobody"}}, "/if"),
        ({"unless": {"not": {"segment": "nobody"}}}, "/unless"),
        ({"priority": "high"}, "/priority"),
        ({"priority": True}, "/priority"),
        ({"priority": 10**9}, "/priority"),
        ({"enabled": 1}, "/enabled"),
        ({"mode": "loud"}, "/mode"),
        ({"mode": []}, "/mode"),
        ({"name": 5}, "/name"),
        ({"name": "x" * 301}, "/name"),
        ({"group_by": ["brand"]}, "/measure"),
        ({"iff": given.BIG}, "/iff"),
    ],
)
def test_each_fault_is_named_by_its_place(workspace, parts, path):
    problems = refused(workspace, **parts)
    assert path in problems
    assert problems[path].message
    assert not Rule.objects.exists()


def test_every_fault_is_named_at_once(workspace):
    assert set(refused(workspace, on=[], mode="loud", then=[{"webhook": "x"}], colour="red")) == {
        "/on",
        "/mode",
        "/then/0/webhook",
        "/colour",
    }


@pytest.mark.parametrize("raw", [None, [], "rule", 5])
def test_what_is_no_object_is_no_rule(workspace, raw):
    with pytest.raises(InputRefused):
        given.define(workspace.pk, raw, actor=factories.actor(), now=NOON)


def test_an_action_that_is_yet_to_come_is_refused_by_its_name(workspace):
    problem = refused(workspace, then=[{"open_incident": {"severity": 2}}])["/then/0"]
    assert "open_incident" in problem.message
    assert "start_flow" in problem.hint


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("import os; os.kill(os.getpid(), 11)", "signal 11"),
        ("import time; time.sleep(60)", "did not finish"),
        ("raise SystemExit(3)", "exit 3"),
        ('print(\'{"tried": 1, "faults": 0, "disagreements": [{}]}\')', "do not agree"),
        ('print(\'{"tried": 1, "faults": 2, "disagreements": []}\')', "do not agree"),
    ],
)
def test_a_rule_with_which_the_engine_fails_never_goes_live(workspace, monkeypatch, program, told):
    monkeypatch.setattr(gate, "COMMAND", (sys.executable, "-c", program))
    monkeypatch.setattr(gate, "SECONDS", 2)
    problem = refused(workspace)["/if"]
    assert told in problem.message
    assert not Rule.objects.exists()


def test_the_trial_needs_no_django_and_bears_a_hostile_condition():
    anys = [{"any": [{"property": f"p{n}", "is": "eq", "value": v} for v in ("a", "中", 1e308)]} for n in range(8)]
    definition = given.raw_rule(**{"if": {"all": [*anys, {"not": {"trait": "$s", "is": "contains", "value": '"}]'}}]}})
    assert gate.pass_gate(definition, beside=[]) == gate.SITUATIONS
    loads = "import sys, campaigns.rules.trial; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loads], cwd=gate.ROOT, check=False).returncode == 0
