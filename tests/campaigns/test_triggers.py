"""The drain turns stored events into firings and actions: once, in order, and past whatever fails."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from psycopg.errors import DeadlockDetected, ProgramLimitExceeded

from audiences.intake import waiting_partitions
from audiences.intake.models import Event, Slice
from campaigns import progress, triggers
from campaigns.actions import Action
from campaigns.parking import DrainProgress, ParkedEvent, parked, replay
from campaigns.rules.engine import EngineFault
from campaigns.rules.models import Firing
from campaigns.triggers import drain_intake, drain_partition
from compliance.audit import entries
from config.kit import clock
from tests import factories
from tests.audiences.events import put, row
from tests.campaigns.rules import given
from tests.factories import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gate_in_process")]


@pytest.fixture
def workspace():
    return factories.workspace()


@pytest.fixture(autouse=True)
def _noon():
    with clock.at(NOON):
        yield


def buys(workspace, *amounts, user="u", **more):
    put(*(row(workspace.pk, user=user, properties={"amount": amount}, **more) for amount in amounts))


def amounts_fired():
    return sorted(firing.facts["event"]["properties"]["amount"] for firing in Firing.objects.all())


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


def test_an_event_that_fails_is_parked_and_the_others_go_on(workspace, monkeypatch):
    given.flow(workspace)
    given.rule(workspace)
    buys(workspace, *range(101, 161))
    _fail_on(monkeypatch, 117, 150)
    drain_intake(budget_s=60)
    assert amounts_fired() == [amount for amount in range(101, 161) if amount not in (117, 150)]
    assert waiting_partitions() == []
    assert [each.reason for each in parked(workspace.pk)] == ["ValueError", "ValueError"]
    assert "poison" in parked(workspace.pk)[0].detail
    assert entries(workspace.pk, action="event.parked").count() == 2


def test_a_parked_event_can_be_processed_again(workspace, monkeypatch):
    given.flow(workspace)
    given.rule(workspace)
    buys(workspace, 117)
    with monkeypatch.context() as patch:
        _fail_on(patch, 117)
        drain_intake()
    assert not Firing.objects.exists()
    replay(workspace.pk, ParkedEvent.objects.get().pk, actor=factories.actor(), now=NOON)
    drain_intake()
    assert amounts_fired() == [117]
    assert not parked(workspace.pk).exists()


def test_trouble_of_the_database_parks_nothing(workspace, monkeypatch):
    buys(workspace, 150)

    def deadlocked(batch, *, now):
        raise OperationalError("deadlock detected") from DeadlockDetected()

    with monkeypatch.context() as patch:
        patch.setattr(triggers, "absorb", deadlocked)
        with pytest.raises(OperationalError):
            drain_intake()
    assert not parked(workspace.pk).exists()
    assert drain_intake().events == 1


def test_an_event_that_the_database_cannot_bear_is_parked(workspace, monkeypatch):
    buys(workspace, 150)

    def unbearable(batch, *, now):
        raise OperationalError("index row size exceeds btree maximum") from ProgramLimitExceeded()

    monkeypatch.setattr(triggers, "absorb", unbearable)
    assert drain_intake() == triggers.Drained(parked=1)


def test_when_too_many_fail_they_wait_instead_of_being_parked_all(workspace, monkeypatch):
    monkeypatch.setattr(triggers, "MOST_PARKED_A_MINUTE", 3)
    buys(workspace, *range(10))
    with monkeypatch.context() as patch:
        _fail_on(patch, *range(10))
        for _ in range(5):
            with pytest.raises(ValueError, match="poison"):
                drain_intake()
    assert parked(workspace.pk).count() == 3
    assert drain_intake(budget_s=60).events == 7
    assert DrainProgress.objects.get().interpreted is False


def test_a_turn_that_came_too_late_is_no_attempt(workspace, monkeypatch):
    buys(workspace, 150)
    (partition,) = waiting_partitions()
    with monkeypatch.context() as patch:
        patch.setattr(triggers, "claim_batch", lambda partition, *, limit: None)
        for _ in range(10):
            assert drain_partition(partition) is None
    assert DrainProgress.objects.get().attempts == 0
    assert drain_partition(partition).events == 1


def _fail_on(monkeypatch, *poisons):
    absorb = triggers.absorb

    def failing(batch, *, now):
        if any(event.properties["amount"] in poisons for event in batch.events):
            raise ValueError("poison")
        return absorb(batch, now=now)

    monkeypatch.setattr(triggers, "absorb", failing)


class _Killed(BaseException):
    """Stands for a worker that is killed: nothing in the product may catch it."""


def _drain_with_restarts():
    deaths = 0
    while waiting_partitions():
        try:
            drain_intake(budget_s=60)
        except _Killed:
            deaths += 1
    return deaths


def test_a_batch_that_kills_its_worker_is_judged_without_the_engine(workspace, monkeypatch):
    given.flow(workspace)
    given.rule(workspace)
    buys(workspace, *range(101, 131))

    def deadly(self, event, facts):
        if event.properties["amount"] == 117:
            raise _Killed
        return self._interpreter.match(event, facts)

    monkeypatch.setattr("campaigns.rules.program.Program.match", deadly)
    assert _drain_with_restarts() == progress.DEADLY
    assert amounts_fired() == list(range(101, 131))
    assert not parked(workspace.pk).exists()


def test_an_event_that_kills_even_without_the_engine_is_parked(workspace, monkeypatch):
    given.flow(workspace)
    given.rule(workspace)
    buys(workspace, *range(101, 131))
    absorb = triggers.absorb

    def deadly(batch, *, now):
        if any(event.properties["amount"] == 117 for event in batch.events):
            raise _Killed
        return absorb(batch, now=now)

    monkeypatch.setattr(triggers, "absorb", deadly)
    assert _drain_with_restarts() == 2 * progress.DEADLY
    assert amounts_fired() == [amount for amount in range(101, 131) if amount != 117]
    assert [each.reason for each in parked(workspace.pk)] == ["killed_worker"]


def test_after_trouble_batches_grow_again(workspace, monkeypatch):
    given.flow(workspace)
    given.rule(workspace)
    buys(workspace, *range(101, 161))
    _fail_on(monkeypatch, 117)
    drain_intake(budget_s=60)
    for amount in range(300, 310):
        buys(workspace, amount)
        drain_intake()
    assert DrainProgress.objects.get().size == progress.FULL_SIZE


def test_an_empty_slice_is_simply_finished(workspace):
    put(row(workspace.pk, user="u"))
    Event.objects.all().delete()
    assert drain_intake() == triggers.Drained()
    assert waiting_partitions() == []


def test_nothing_waiting_is_nothing_to_do(workspace):
    assert drain_partition(3) is None
    assert drain_intake() == triggers.Drained()
