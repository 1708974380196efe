"""The outbox's states: what is never sent twice, what is given back, what is in doubt."""

from datetime import timedelta

import pytest

from campaigns.delivery import lane
from campaigns.delivery.channels.base import Outcome, Receipt
from campaigns.delivery.claims import claim
from campaigns.delivery.doubts import Resolution, resolve
from campaigns.delivery.drain import drain
from campaigns.delivery.intents import open_many
from campaigns.delivery.limits import CLAIM_LEASE, SEND_LEASE, TRIES, UNREACHABLE_PAUSE, WINDOW, WINDOWS
from campaigns.delivery.models import Delivery
from campaigns.delivery.outbox import Marked, Settlement, settle, turn
from campaigns.delivery.recovery import recover
from campaigns.flows.models import Run
from compliance.audit import entries
from config.kit.errors import Conflict
from tests import factories
from tests.campaigns.delivery.world import NOON, state_of, world


class Killed(BaseException):
    """Stands for kill -9: nothing catches it."""


def answering(nobody, monkeypatch, *receipts):
    """Let the channel answer so, the last answer for ever."""
    answers = list(receipts)

    def submit(window):
        future = type(nobody).submit(nobody, window)
        receipt = answers.pop(0) if len(answers) > 1 else answers[0]
        future.result()[:] = [receipt] * len(window)
        return future

    monkeypatch.setattr(nobody, "submit", submit)


def mark(claimed, *, now=NOON):
    return turn([], [Marked(claimed=claimed, gate=[], address="a@example.com")], now=now).marked


def test_the_same_intent_is_opened_once(brand):
    intent = brand.intent(brand.run(brand.person()))
    first, second = open_many([intent], now=NOON), open_many([intent, intent], now=NOON + timedelta(days=1))
    assert first == second[:1] == second[1:]
    assert Delivery.objects.get().created_at == NOON


def test_an_intent_rolled_back_with_its_flow_leaves_nothing(brand, nobody):
    assert open_many([], now=NOON) == []
    assert drain(NOON).claimed == 0


def test_what_one_worker_holds_another_does_not_get(brand):
    brand.delivery()
    assert len(claim("email", now=NOON)) == 1
    assert claim("email", now=NOON) == []


def test_a_worker_killed_between_claim_and_send_loses_nothing_and_repeats_nothing(brand, nobody, monkeypatch):
    delivery = brand.delivery()
    with monkeypatch.context() as patch:
        patch.setattr("campaigns.delivery.drain.Batch", killed)
        with pytest.raises(Killed):
            drain(NOON)
    assert state_of(delivery) == ("claimed", "")
    assert recover(NOON + CLAIM_LEASE) == (1, 0)
    assert drain(NOON + CLAIM_LEASE).sent == 1
    assert len(nobody.sent) == 1


def test_a_worker_killed_while_sending_leaves_a_doubt_and_no_second_message(brand, nobody, monkeypatch):
    delivery = brand.delivery()
    with monkeypatch.context() as patch:
        patch.setattr(lane, "_receipts", killed)
        with pytest.raises(Killed):
            drain(NOON)
    assert len(nobody.sent) == 1
    assert state_of(delivery) == ("sending", "")
    assert recover(NOON + SEND_LEASE - timedelta(seconds=1)) == (0, 0)
    assert recover(NOON + SEND_LEASE) == (0, 1)
    assert state_of(delivery) == ("in_doubt", "no_answer")
    drain(NOON + timedelta(days=9))
    assert len(nobody.sent) == 1
    assert entries(brand.workspace.pk, action="delivery.in_doubt").count() == 1


def test_a_worker_killed_before_the_window_is_committed_has_sent_nothing(brand, nobody, monkeypatch):
    delivery = brand.delivery()
    monkeypatch.setattr(lane, "turn", killed)
    with pytest.raises(Killed):
        drain(NOON)
    assert nobody.sent == []
    assert state_of(delivery) == ("claimed", "")


def killed(*_args, **_kwargs):
    raise Killed


def test_a_worker_that_lost_its_lease_must_not_send(brand):
    brand.delivery()
    [stale] = claim("email", now=NOON)
    later = NOON + CLAIM_LEASE
    assert mark(stale, now=later) == set()
    recover(later)
    [fresh] = claim("email", now=later)
    assert mark(stale, now=later) == set()
    assert mark(fresh, now=later) == {fresh.id}


def test_a_stale_answer_does_not_overrule_a_newer_attempt(brand):
    brand.delivery()
    [stale] = claim("email", now=NOON)
    recover(NOON + CLAIM_LEASE)
    [fresh] = claim("email", now=NOON + CLAIM_LEASE)
    assert mark(fresh, now=NOON + CLAIM_LEASE)
    late = Settlement(claimed=stale, state="failed", reason="late")
    assert settle([late], now=NOON) == set()
    assert state_of(fresh.id) == ("sending", "")


def test_an_answer_that_comes_late_after_all_ends_the_doubt(brand):
    brand.delivery()
    [claimed] = claim("email", now=NOON)
    mark(claimed)
    recover(NOON + SEND_LEASE)
    assert settle([Settlement(claimed=claimed, state="sent")], now=NOON)
    assert state_of(claimed.id) == ("sent", "")


def test_a_run_that_ends_between_gate_and_send_takes_its_message_back(brand, nobody, monkeypatch):
    delivery = brand.delivery()
    real = lane.turn

    def ended_meanwhile(settlements, marks, *, now):
        Run.objects.update(state="ended", exit_reason="exit_event")
        return real(settlements, marks, now=now)

    monkeypatch.setattr(lane, "turn", ended_meanwhile)
    drain(NOON)
    assert nobody.sent == []
    assert state_of(delivery) == ("blocked", "run_ended")


def test_a_provider_that_says_later_is_asked_again_with_growing_pauses_and_not_for_ever(brand, nobody, monkeypatch):
    answering(nobody, monkeypatch, Receipt(outcome=Outcome.LATER, reason="recipient_later", answer="450 grey"))
    delivery = brand.delivery()
    now, pauses = NOON, []
    for _ in range(TRIES):
        assert drain(now).claimed == 1
        due = Delivery.objects.get(pk=delivery).due_at
        if due:
            assert drain(due - timedelta(milliseconds=1)).claimed == 0
            pauses.append(due - now)
            now = due
    assert state_of(delivery) == ("failed", "attempts_exhausted")
    assert pauses == sorted(pauses)
    assert pauses[0] >= timedelta(seconds=15)
    assert pauses[-1] >= timedelta(hours=1)


def test_a_provider_that_is_away_costs_no_try_and_the_rest_is_given_back(brand, nobody, monkeypatch):
    away = Receipt(outcome=Outcome.UNREACHABLE, reason="unreachable")
    answering(nobody, monkeypatch, *[away] * (WINDOWS + 1), Receipt(outcome=Outcome.ACCEPTED))
    deliveries = [brand.delivery() for _ in range(45)]
    assert drain(NOON).sent == 0
    assert {state_of(delivery)[0] for delivery in deliveries} == {"pending"}
    assert Delivery.objects.filter(reason="unreachable").count() == WINDOW * (WINDOWS + 1)
    assert drain(NOON).claimed == 0
    assert drain(NOON + UNREACHABLE_PAUSE).sent == 45


def test_a_refusal_fails_that_message_only(brand, nobody, monkeypatch):
    good, bad = brand.delivery(), brand.delivery()
    real = nobody.submit

    def submit(window):
        future = real(window)
        for number, parcel in enumerate(window):
            if parcel.delivery_id == bad:
                future.result()[number] = Receipt(outcome=Outcome.REFUSED, reason="recipient_refused", answer="550")
        return future

    monkeypatch.setattr(nobody, "submit", submit)
    drain(NOON)
    assert state_of(good) == ("sent", "")
    assert state_of(bad) == ("failed", "recipient_refused")
    assert Delivery.objects.get(pk=bad).receipt["answer"] == "550"


def test_a_missing_variable_stops_that_person_only_and_is_named(brand, nobody):
    good, bad = brand.delivery(), brand.delivery(first_name=None)
    drain(NOON)
    assert state_of(good) == ("sent", "")
    assert state_of(bad) == ("blocked", "missing_variable")
    assert Delivery.objects.get(pk=bad).gate[-1]["value"] == "person.first_name"


def test_a_line_break_in_somebodys_name_cannot_become_a_header(brand, nobody):
    delivery = brand.delivery(first_name="A\r\nBcc: everybody@example.com")
    drain(NOON)
    assert state_of(delivery) == ("blocked", "template_error")
    assert nobody.sent == []


def test_a_channel_that_breaks_leaves_doubts(brand, nobody, monkeypatch):
    def submit(window):
        future = type(nobody).submit(nobody, window)
        broken = type(future)()
        broken.set_exception(OSError("gone"))
        return broken

    delivery = brand.delivery()
    monkeypatch.setattr(nobody, "submit", submit)
    drain(NOON)
    assert state_of(delivery) == ("in_doubt", "channel_broke")


@pytest.fixture
def doubtful(brand):
    brand.delivery()
    [claimed] = claim("email", now=NOON)
    mark(claimed)
    recover(NOON + SEND_LEASE)
    return claimed


@pytest.mark.parametrize(("resolution", "state"), [("sent", "sent"), ("failed", "failed"), ("resend", "pending")])
def test_an_operator_resolves_a_doubt_once(brand, doubtful, resolution, state):
    actor = factories.actor("Ada")
    resolve(brand.workspace.pk, doubtful.id, Resolution(resolution), actor=actor, now=NOON)
    assert state_of(doubtful.id) == (state, f"operator_{resolution}")
    [entry] = entries(brand.workspace.pk, action="delivery.resolved")
    assert entry.actor == "Ada"
    with pytest.raises(Conflict):
        resolve(brand.workspace.pk, doubtful.id, Resolution.SENT, actor=actor, now=NOON)


def test_a_late_answer_does_not_overrule_the_operator(brand, doubtful):
    resolve(brand.workspace.pk, doubtful.id, Resolution.RESEND, actor=factories.actor(), now=NOON)
    late = Settlement(claimed=doubtful, state="sent")
    assert settle([late], now=NOON) == set()


def test_a_resent_message_has_the_same_send_key(brand, doubtful, nobody):
    resolve(brand.workspace.pk, doubtful.id, Resolution.RESEND, actor=factories.actor(), now=NOON)
    drain(NOON)
    assert [message.delivery_id for message in nobody.sent] == [doubtful.id]


def test_another_workspace_cannot_resolve(brand, doubtful):
    with pytest.raises(Delivery.DoesNotExist):
        resolve(world().workspace.pk, doubtful.id, Resolution.SENT, actor=factories.actor(), now=NOON)


def test_a_channel_to_the_outside_is_not_waited_for_inside_a_transaction(brand, nobody, monkeypatch):
    monkeypatch.setattr(nobody, "outward", True, raising=False)
    with pytest.raises(RuntimeError, match="inside a transaction"):
        drain(NOON)
