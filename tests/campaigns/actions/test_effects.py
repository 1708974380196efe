"""What rules tell of people becomes events: once per cause, judged like others, cut off when it goes on and on."""

from datetime import timedelta

import pytest

from audiences.conditions import Needs
from audiences.facts.reader import load
from audiences.intake.models import Event, EventKind, Slice
from audiences.people.models import Person, TraitChange
from audiences.segments import define as define_segment
from campaigns.actions import Action, effects
from campaigns.actions.asking import MOST_HOPS
from campaigns.actions.outbox import BACK_OFF
from campaigns.actions.parked import actions_of_rules, replay_action
from campaigns.rules.models import Firing
from campaigns.rules.stopping import release_rule, stop_rule
from campaigns.triggers import drain_intake
from compliance.audit import entries
from config.kit import clock
from config.kit.errors import Conflict, InputRefused
from config.kit.ids import derived
from tests import factories
from tests.audiences.events import put, row
from tests.campaigns.rules import given
from tests.campaigns.world import settle
from tests.factories import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gate_in_process")]
LATER = NOON + timedelta(minutes=1)
TAKEN = {"amount": {"property": "amount"}, "city": {"trait": "city"}}


@pytest.fixture
def workspace():
    return factories.workspace()


def buys(workspace, *amounts, user="u", at=NOON, **properties):
    put(*(row(workspace.pk, user=user, at=at, properties={"amount": a, **properties}) for a in amounts), at=NOON)


def told(workspace, name):
    return Event.objects.filter(workspace_id=workspace.pk, name=name).order_by("id")


def traits(workspace, user="u"):
    return Person.objects.get(pk=derived(workspace.pk, "user", user)).traits


def counts(workspace):
    return [rows.count() for rows in (Event.objects, Action.objects, Firing.objects, entries(workspace.pk))]


def emit(event, **properties):
    return {"emit": {"event": event, "properties": properties}}


def test_an_emitted_event_is_stored_of_the_same_person_at_the_same_time_and_judged(workspace):
    given.listening(workspace, "a", emit("big", by="a", none=None, **TAKEN))
    given.listening(workspace, "b", {"add_label": "big"}, on="big")
    put(row(workspace.pk, user="u", kind=EventKind.IDENTIFY, name="identify", properties={"city": "Ulm"}), at=NOON)
    buys(workspace, 150)
    settle(LATER)
    (event,) = told(workspace, "big")
    assert event.properties == {"amount": 150, "city": "Ulm", "by": "a", "none": None}
    assert (event.person_id, event.event_time) == (derived(workspace.pk, "user", "u"), NOON)
    assert event.kind == EventKind.INTERNAL
    assert traits(workspace)["labels"] == ["big"]
    assert [f.rule.key for f in Firing.objects.order_by("id")] == ["a", "b"]
    assert set(Action.objects.values_list("state", flat=True)) == {"done"}


def test_what_is_taken_from_where_there_is_nothing_is_left_out_and_a_trait_is_not_set(workspace):
    given.listening(workspace, "a", emit("big", x={"property": "nowhere"}))
    given.listening(workspace, "b", {"set_trait": {"trait": "tier", "value": {"trait": "nowhere.at.all"}}})
    buys(workspace, 1)
    settle(LATER)
    assert told(workspace, "big").get().properties == {}
    refused = Action.objects.get(kind="set_trait")
    assert (refused.state, refused.reason) == ("refused", "missing_value")
    assert "tier" not in traits(workspace)


def test_a_batch_that_is_processed_again_adds_nothing(workspace):
    given.listening(workspace, "a", emit("big"), {"set_trait": {"trait": "tier", "value": "gold"}}, {"add_label": "x"})
    buys(workspace, 1, 2)
    slices = list(Slice.objects.values())
    settle(LATER)
    before = counts(workspace)
    Slice.objects.bulk_create(Slice(**each) for each in slices)
    settle(LATER)
    assert counts(workspace) == before
    assert Event.objects.count() == 2 + 2 * 3


def test_a_trait_is_set_as_of_the_event_and_its_history_says_by_a_rule(workspace):
    given.listening(workspace, "a", {"set_trait": {"trait": "last_amount", "value": {"property": "amount"}}})
    buys(workspace, 10, at=NOON - timedelta(minutes=5))
    settle(LATER)
    buys(workspace, 20, at=NOON - timedelta(minutes=9))  # late: it changes the past, not the value
    settle(LATER)
    assert traits(workspace)["last_amount"] == 10
    words = TraitChange.objects.filter(name="last_amount").order_by("at")
    assert [(word.value, word.source) for word in words] == [(20, "rule"), (10, "rule")]


def test_a_trait_that_a_rule_takes_away_is_gone(workspace):
    given.listening(workspace, "a", {"set_trait": {"trait": "tier", "value": None}})
    put(row(workspace.pk, user="u", kind=EventKind.IDENTIFY, name="identify", properties={"tier": "gold"}), at=NOON)
    buys(workspace, 1)
    settle(LATER)
    assert traits(workspace) == {}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (1, 0, 2), (0, 2, 1), (2, 0, 1)])
def test_labels_are_the_same_in_whatever_order_they_are_told(workspace, order):
    given.listening(workspace, "a", {"add_label": "a"}, on="a")
    given.listening(workspace, "b", {"add_label": "b"}, on="b")
    told = [
        row(workspace.pk, user="u", name="a", at=NOON - timedelta(minutes=3)),
        row(
            workspace.pk,
            user="u",
            kind=EventKind.IDENTIFY,
            name="identify",
            at=NOON - timedelta(minutes=2),
            properties={"labels": ["own"]},
        ),
        row(workspace.pk, user="u", name="b", at=NOON - timedelta(minutes=1)),
    ]
    for place in order:
        put(told[place], at=NOON)
        settle(LATER)
    assert traits(workspace)["labels"] == ["own", "b"]
    person = derived(workspace.pk, "user", "u")
    known = load(workspace.pk, [person], Needs(told=frozenset({"labels"})), now=LATER)[person].told["labels"]
    assert known[-1].value == ["own", "b"]


def test_an_outsider_cannot_say_what_only_rules_say(client, workspace):
    key = factories.api_key(workspace)
    body = {"type": "track", "userId": "u", "event": "label.added", "properties": {"label": "vip"}}
    answer = client.post("/v1/track", body, content_type="application/json", headers={"Authorization": f"Bearer {key}"})
    assert "reserved" in answer.content.decode()


def test_rules_that_would_set_each_other_off_for_ever_are_refused(workspace):
    given.listening(workspace, "a", emit("pong"), on="ping")
    with pytest.raises(InputRefused) as caught:
        given.listening(workspace, "b", emit("ping"), on="pong")
    (problem,) = caught.value.problems
    assert problem.path == "/then/0/emit"
    assert "b tells ping, a tells pong" in problem.message


def test_what_goes_round_all_the_same_is_cut_off_after_so_many_hops_and_parked(workspace):
    amount = {"property": "amount", "is": "gt", "value": 0}
    given.listening(workspace, "a", emit("pong", amount={"property": "amount"}), on="ping", **{"if": amount})
    given.listening(workspace, "b", emit("ping", amount={"property": "amount"}), on="pong", **{"if": amount})
    put(row(workspace.pk, user="u", name="ping", properties={"amount": 1}), at=NOON)
    settle(LATER)
    assert Event.objects.count() == 1 + MOST_HOPS
    cut = Action.objects.get(state="parked")
    assert cut.reason == "too_many_hops"
    replay_action(workspace.pk, cut.pk, actor=factories.actor(), now=LATER)
    settle(LATER)
    assert Event.objects.count() == 1 + 2 * MOST_HOPS
    assert Action.objects.get(state="parked").pk != cut.pk


def test_hops_are_counted_through_memberships_too(workspace):
    define_segment(
        workspace.pk,
        {"key": "gold", "where": {"trait": "tier", "is": "eq", "value": "gold"}},
        actor=factories.actor(),
        now=NOON,
    )
    gold = {"property": "segment", "is": "eq", "value": "gold"}
    up, down = ({"set_trait": {"trait": "tier", "value": tier}} for tier in ("gold", "none"))
    given.listening(workspace, "down", down, on="segment.entered", **{"if": gold})
    given.listening(workspace, "up", up, on="segment.left", **{"if": gold})
    given.listening(workspace, "start", up)
    buys(workspace, 1)
    settle(LATER)
    assert Action.objects.filter(state="parked", reason="too_many_hops").count() == 1


def test_an_action_that_fails_is_tried_again_later_and_then_parked_and_can_be_replayed(workspace, monkeypatch):
    given.listening(workspace, "a", emit("big"))
    buys(workspace, 1)
    now = LATER
    with monkeypatch.context() as patch:

        def broken(workspace_id, events):
            raise RuntimeError("no room")

        patch.setattr(effects, "emit", broken)
        for pause in BACK_OFF:
            settle(now)
            action = Action.objects.get()
            assert (action.state, action.reason, action.due_at) == ("pending", "RuntimeError", now + pause)
            settle(now + pause - timedelta(seconds=1))
            assert Action.objects.get().attempts == action.attempts
            now += pause
        settle(now)
    assert Action.objects.get().state == "parked"
    assert entries(workspace.pk, action="action.parked").count() == 1
    (parked,) = actions_of_rules(workspace.pk)
    replay_action(workspace.pk, parked.pk, actor=factories.actor(), now=now)
    settle(now)
    assert told(workspace, "big").count() == 1
    with pytest.raises(Conflict):
        replay_action(workspace.pk, parked.pk, actor=factories.actor(), now=now)
    with pytest.raises(LookupError):
        replay_action(factories.workspace().pk, parked.pk, actor=factories.actor(), now=now)


def test_one_that_fails_holds_no_other_up_and_one_too_large_is_parked_at_once(workspace):
    path = {"property": "text"}
    given.listening(workspace, "a", emit("big", **{f"p{n}": path for n in range(40)}))
    put(row(workspace.pk, user="u", properties={"text": "x" * 2000}), row(workspace.pk, user="u"), at=NOON)
    settle(LATER)
    assert told(workspace, "big").count() == 1
    assert [(a.state, a.reason) for a in Action.objects.order_by("id")] == [("parked", "too_large"), ("done", "")]


def test_the_stop_switch_works_at_once_and_what_waits_is_not_done(workspace):
    given.flow(workspace)
    rule = given.listening(workspace, "a", emit("big"), {"start_flow": "thanks"})
    buys(workspace, 1)
    with clock.at(NOON):
        drain_intake()
    assert Action.objects.filter(state="pending").count() == 2
    stop_rule(rule, reason="it greets everybody", actor=factories.actor(), now=NOON)
    buys(workspace, 2)
    settle(LATER)
    assert {(a.state, a.reason) for a in Action.objects.all()} == {("refused", "rule_stopped")}
    assert (Firing.objects.count(), told(workspace, "big").count()) == (1, 0)
    (entry,) = entries(workspace.pk, action="rule.stopped")
    assert entry.payload == {"reason": "it greets everybody", "refused_actions": 2}
    with pytest.raises(Conflict):
        stop_rule(rule, reason="", actor=factories.actor(), now=NOON)
    release_rule(rule, actor=factories.actor(), now=LATER)
    buys(workspace, 3)
    settle(LATER)
    assert told(workspace, "big").count() == 1
