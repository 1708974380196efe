"""The drain turns stored events into firings and actions: once, and in order."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audiences.intake import waiting_partitions
from audiences.intake.models import Event, Slice
from campaigns import progress, triggers
from campaigns.actions import Action
from campaigns.rules.engine import EngineFault
from campaigns.rules.models import Firing
from campaigns.triggers import drain_intake, drain_partition
from compliance.audit import entries
from tests import factories
from tests.audiences.events import put, row
from tests.campaigns.rules import given
from tests.campaigns.triggers.buying import amounts_fired, buys
from tests.factories import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gate_in_process")]


def test_a_match_is_kept_with_its_facts_and_verdict_and_asks_the_flow_once(workspace):
    flow = given.flow(workspace)
    rule = given.rule(workspace)
    buys(workspace, 50, 150)
    assert drain_intake() == triggers.Drained(events=2, firings=1, actions=1)
    firing = Firing.objects.get()
    assert firing.version_id == rule.live_id
    assert firing.facts == {
        "now": NOON.isoformat(),
        "traits": {},
        "event": {"name": "buy", "properties": {"amount": 150}},
    }
    assert firing.verdict == {
        "held": True,
        "what": "property",
        "name": "amount",
        "op": "gt",
        "limit": 100,
        "actual": 150,
    }
    action = Action.objects.get()
    assert (action.kind, action.payload["flow_id"], action.state) == ("start_flow", flow.pk, "pending")
    assert action.event_id == firing.event_id
    assert [entry.action for entry in entries(workspace.pk, object_kind="rule")] == ["rule.fired", "rule.defined"]
    assert waiting_partitions() == []


def test_what_unless_says_keeps_a_rule_from_firing(workspace):
    given.flow(workspace)
    given.rule(workspace, unless={"property": "channel", "is": "eq", "value": "till"})
    put(
        row(workspace.pk, user="u", properties={"amount": 200, "channel": "till"}),
        row(workspace.pk, user="u", properties={"amount": 300}),
    )
    drain_intake()
    assert amounts_fired() == [300]


def test_a_rule_in_shadow_is_recorded_and_does_nothing(workspace):
    given.flow(workspace)
    given.rule(workspace, mode="shadow")
    buys(workspace, 150)
    drain_intake()
    assert [firing.mode for firing in Firing.objects.all()] == ["shadow"]
    assert not Action.objects.exists()
    assert entries(workspace.pk, action="rule.would_have_fired").exists()


@pytest.mark.parametrize("parts", [{"mode": "off"}, {"enabled": False}])
def test_a_rule_that_is_off_or_disabled_is_not_judged(workspace, parts):
    given.flow(workspace)
    given.rule(workspace, **parts)
    buys(workspace, 150)
    drain_intake()
    assert not Firing.objects.exists()


def test_where_the_engine_cannot_be_built_the_interpreter_stands_in(workspace, monkeypatch):
    given.flow(workspace)
    given.rule(workspace)
    buys(workspace, 50, 150)

    def refuse(branches):
        raise EngineFault("Could not create ruleset, error code: 106")

    monkeypatch.setattr("campaigns.rules.engine.build", refuse)
    drain_intake()
    assert amounts_fired() == [150]


def test_rules_act_in_the_order_of_their_priority(workspace):
    for key, priority in (("late", 200), ("early", 1), ("middle", 100)):
        given.flow(workspace, key=f"flow-{key}")
        given.rule(workspace, key, priority=priority, then=[{"start_flow": f"flow-{key}"}])
    buys(workspace, 150)
    drain_intake()
    assert [firing.rule.key for firing in Firing.objects.order_by("id")] == ["early", "middle", "late"]


def test_the_rules_of_another_workspace_see_nothing(workspace):
    given.flow(workspace)
    given.rule(workspace)
    buys(factories.workspace(), 150)
    drain_intake()
    assert not Firing.objects.exists()


def test_counting_conditions_see_the_event_itself_and_those_before_it(workspace):
    given.flow(workspace)
    given.rule(workspace, **{"if": {"did": "buy", "times": {"exactly": 3}, "within": "1d"}})
    put(*(row(workspace.pk, user="u", at=NOON - timedelta(minutes=5 - n)) for n in range(5)))
    drain_intake()
    assert [firing.event_time for firing in Firing.objects.all()] == [NOON - timedelta(minutes=3)]


def test_a_changed_rule_is_in_force_from_the_next_batch_on(workspace):
    given.flow(workspace)
    given.rule(workspace)
    buys(workspace, 150)
    drain_intake()
    changed = given.rule(workspace, **{"if": {"property": "amount", "is": "gt", "value": 1000}})
    buys(workspace, 151, 2000)
    drain_intake()
    assert amounts_fired() == [150, 2000]
    assert Firing.objects.order_by("id").last().version_id == changed.live_id


def test_history_builds_facts_and_fires_nothing(workspace):
    given.flow(workspace)
    given.rule(workspace)
    buys(workspace, 150, at=NOON - timedelta(hours=1))
    buys(workspace, 151, at=NOON - timedelta(hours=1, seconds=1))
    drained = drain_intake()
    assert (drained.events, drained.late) == (2, 1)
    assert amounts_fired() == [150]


def test_a_flow_that_bears_later_events_widens_the_limit(workspace):
    given.flow(workspace, lateness="3d")
    given.rule(workspace)
    buys(workspace, 150, at=NOON - timedelta(days=2))
    buys(workspace, 151, at=NOON - timedelta(days=4))
    drain_intake()
    assert amounts_fired() == [150]


@pytest.mark.parametrize("size", [1, 50, 500])
def test_the_size_of_batches_does_not_change_what_fires(workspace, monkeypatch, size):
    monkeypatch.setattr(progress, "FULL_SIZE", size)
    given.flow(workspace)
    given.rule(workspace, **{"if": {"did": "buy", "times": {"exactly": 2}, "within": "1h"}})
    for number in range(45):
        buys(workspace, number, user=f"u{number % 15}", at=NOON + timedelta(seconds=number))
    drain_intake(budget_s=60)
    assert Firing.objects.count() == 15
    assert {firing.event_time for firing in Firing.objects.all()} == {
        NOON + timedelta(seconds=number) for number in range(15, 30)
    }


def test_events_that_are_processed_again_add_nothing(workspace):
    given.flow(workspace)
    given.rule(workspace)
    buys(workspace, 150, 160)
    slices = list(Slice.objects.values())
    drain_intake()
    before = list(Firing.objects.values()), list(Action.objects.values()), entries(workspace.pk).count()
    Slice.objects.bulk_create(Slice(**each) for each in slices)
    assert drain_intake().firings == 0
    assert before == (list(Firing.objects.values()), list(Action.objects.values()), entries(workspace.pk).count())


def test_the_number_of_statements_does_not_grow_with_the_batch(workspace):
    given.flow(workspace)
    given.rule(workspace)

    def statements(count):
        buys(workspace, *range(200, 200 + count))
        with CaptureQueriesContext(
            connection,
        ) as captured:
            drain_intake()
        return len(captured)

    statements(1)
    assert statements(3) == statements(400)


def test_an_empty_slice_is_simply_finished(workspace):
    put(row(workspace.pk, user="u"))
    Event.objects.all().delete()
    assert drain_intake() == triggers.Drained()
    assert waiting_partitions() == []


def test_nothing_waiting_is_nothing_to_do(workspace):
    assert drain_partition(3) is None
    assert drain_intake() == triggers.Drained()
