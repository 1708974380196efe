"""What asks for entry, and what is kept of those that did not get in."""

from datetime import timedelta
from uuid import UUID

import pytest

from campaigns.actions import Action
from campaigns.actions.outbox import BACK_OFF
from campaigns.flows.definitions import define, pause
from campaigns.flows.entries import RuleAsk, asked_by, asked_by_rules
from campaigns.flows.models import Run
from campaigns.flows.starting import drain_actions, held_out
from campaigns.triggers import drain_intake
from config.kit import clock
from tests import factories
from tests.audiences import events
from tests.campaigns.flows.world import journey

HOUR = timedelta(hours=1)


def rows(brand, user="u1", name="sign_up", **more):
    """Return stored events as the drain hands them on."""
    from audiences.intake import claim_batch, partition_of  # noqa: PLC0415

    events.put(events.row(brand.workspace.pk, user=user, name=name, at=brand.now, **more), at=brand.now)
    return claim_batch(partition_of(brand.person(user))).events


def test_the_same_events_ask_the_same(brand):
    brand.live(journey())
    happened = rows(brand)
    first, again = (asked_by(brand.workspace.pk, happened, now=brand.now) for _ in range(2))
    assert [action.dedupe for action in first] == [action.dedupe for action in again]
    assert len(first) == 1


def test_only_flows_of_the_own_workspace_are_entered(brand):
    brand.live(journey())
    assert asked_by(factories.workspace().pk, rows(brand), now=brand.now) == []


def test_a_rule_asks_once_for_each_event_and_a_flow_may_have_been_asked_by_the_event_too(brand):
    brand.live(journey(entry={"on": "event", "event": "sign_up", "reentry": {"allowed": True}}))
    happened = rows(brand)
    asks = [RuleAsk(flow="welcome", rule_id=7, event=happened[0])] * 2
    actions = asked_by_rules(brand.workspace.pk, asks, now=brand.now)
    actions += asked_by(brand.workspace.pk, happened, now=brand.now)
    assert len({action.dedupe for action in actions}) == 2
    Action.objects.bulk_create(actions, ignore_conflicts=True)
    drain_actions(brand.now)
    # both were asked with the same message: it is one entry
    assert Run.objects.count() == 1
    assert brand.reasons("u1") == ["same_key"]


def test_a_flow_that_was_never_published_keeps_for_whom_a_rule_asked(brand):
    define(brand.workspace.pk, journey(), actor=factories.actor(), now=brand.now)
    asks = [RuleAsk(flow=key, rule_id=7, event=rows(brand)[0]) for key in ("welcome", "unheard-of")]
    assert asked_by_rules(brand.workspace.pk, asks, now=brand.now) == []
    assert brand.reasons("u1") == ["flow_draft"]


def test_a_paused_flow_keeps_whom_it_did_not_let_in(brand):
    flow = brand.live(journey())
    pause(flow, actor=factories.actor(), now=brand.now)
    brand.event("u1")
    assert (Run.objects.count(), brand.reasons("u1")) == (0, ["flow_paused"])


@pytest.mark.parametrize(("ago", "reasons"), [(HOUR * 2, ["late"]), (timedelta(days=31), []), (HOUR, [])])
def test_why_an_event_came_too_late_is_kept_but_not_for_imported_history(brand, ago, reasons):
    brand.live(journey())
    brand.event("u1", ago=ago)
    assert brand.reasons("u1") == reasons
    assert Run.objects.count() == (ago <= HOUR)


@pytest.mark.parametrize(
    ("payload", "state", "reason"),
    [
        ({}, "refused", "unreadable"),
        ({"flow_id": "x"}, "refused", "unreadable"),
        (
            {"flow_id": 0, "event": {"name": "x", "at": "2026-03-02T12:00:00+00:00", "properties": {}}},
            *("refused", "flow_unknown"),
        ),
        ({"event": {"name": "x", "at": "2026-03-02T12:00:00+00:00", "properties": 7}}, "refused", "key_missing"),
        ({"event": {"name": "x", "at": "2026-03-02T12:00:00", "properties": {}}}, "pending", "TypeError"),
    ],
)
def test_an_action_that_makes_no_sense_is_set_aside_and_the_others_are_done(brand, payload, state, reason):
    flow = brand.live(journey(entry={"on": "event", "event": "sign_up", "key": "properties.plan"}))
    for number in range(3):
        brand.put(f"u{number}", properties={"plan": "gold"})
    with clock.at(brand.now):
        drain_intake()
    spoilt = Action.objects.get(person_id=brand.person("u1"))
    spoilt.payload = {"flow_id": flow.pk, **payload} if payload and "flow_id" not in payload else payload
    spoilt.save()
    drain_actions(brand.now)
    spoilt.refresh_from_db()
    assert (spoilt.state, spoilt.reason) == (state, reason)
    assert Run.objects.count() == 2


def test_an_entry_that_keeps_failing_is_parked_with_its_fault(brand):
    flow = brand.live(journey(entry={"on": "event", "event": "sign_up"}))
    brand.put("u1")
    with clock.at(brand.now):
        drain_intake()
    at_no_time = {"flow_id": flow.pk, "event": {"name": "x", "at": "2026-03-02T12:00:00", "properties": {}}}
    Action.objects.update(payload=at_no_time)
    now = brand.now
    for wait in (*BACK_OFF, timedelta(0)):
        drain_actions(now)
        now += wait
    parked = Action.objects.get()
    assert (parked.state, parked.attempts, parked.reason) == ("parked", len(BACK_OFF) + 1, "TypeError")
    assert parked.detail


def test_the_holdout_is_a_share_that_stays_the_same():
    people = [UUID(int=number) for number in range(4000)]
    held = [held_out(0.05, flow_id=1, person_id=person) for person in people]
    assert held == [held_out(0.05, flow_id=1, person_id=person) for person in people]
    assert 140 < sum(held) < 260
    assert held != [held_out(0.05, flow_id=2, person_id=person) for person in people]
    assert not any(held_out(0, flow_id=1, person_id=person) for person in people)
    assert all(held_out(1, flow_id=1, person_id=person) for person in people)
