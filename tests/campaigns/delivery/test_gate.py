"""The gate: its order, its default, and what it keeps of each verdict."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.delivery import gate, readings
from campaigns.delivery.drain import drain
from campaigns.delivery.intents import open_many
from campaigns.delivery.limits import HOLD_PAUSE
from campaigns.delivery.models import Delivery
from campaigns.flows.definitions import define
from compliance.audit import entries
from compliance.consent.consents import withdraw
from compliance.consent.suppressions import suppress
from tests import factories
from tests.campaigns.delivery.world import NOON, state_of, verdicts_of, world


def test_a_person_who_agreed_gets_the_mail_and_every_verdict_is_kept(brand, nobody):
    delivery = brand.delivery()
    assert drain(NOON).sent == 1
    assert state_of(delivery) == ("sent", "")
    verdicts = verdicts_of(delivery)
    assert list(verdicts) == [
        *("flow_live", "content", "approval", "consent", "policy", "suppression", "exit", "holdout", "address"),
        *("stock", "cap", "window"),
    ]
    assert all(verdict["passed"] for verdict in verdicts.values())
    assert verdicts["consent"]["value"]["state"] == "granted"
    assert verdicts["consent"]["limit"] == "granted"
    [message] = nobody.sent
    assert message.content.subject == "Thank you, 安妮"
    assert "/unsubscribe/" in message.content.body
    [entry] = entries(brand.workspace.pk, action="delivery.sent")
    assert (entry.object_id, entry.person_id) == (str(delivery), message_person(delivery))


def message_person(delivery):
    return Delivery.objects.get(pk=delivery).person_id


def test_a_person_without_consent_gets_no_mail_and_the_audit_says_why(brand, nobody):
    delivery = brand.delivery(consent="")
    drain(NOON)
    assert nobody.sent == []
    assert state_of(delivery) == ("blocked", "no_consent")
    [entry] = entries(brand.workspace.pk, action="delivery.blocked")
    assert entry.payload["reason"] == "no_consent"


def test_a_withdrawal_between_intent_and_send_counts(brand, nobody):
    delivery = brand.delivery()
    person_id = Delivery.objects.get(pk=delivery).person_id
    withdraw(brand.workspace.pk, person_id, channel="email", purpose="marketing", source="page", at=NOON)
    drain(NOON)
    assert state_of(delivery) == ("blocked", "consent_withdrawn")


def test_a_transactional_message_needs_no_grant(brand, nobody):
    delivery = brand.delivery(consent="", purpose="transactional")
    drain(NOON)
    assert state_of(delivery) == ("sent", "")
    assert nobody.sent[0].unsubscribe_url is None


def test_the_first_obstacle_in_the_order_names_the_reason_and_the_others_are_judged_too(brand, nobody):
    delivery = brand.delivery(consent="", email=None)
    brand.flow.state = "stopped"
    brand.flow.save()
    drain(NOON)
    assert state_of(delivery) == ("blocked", "flow_not_live")
    failed = [verdict["reason"] for verdict in verdicts_of(delivery).values() if not verdict["passed"]]
    assert failed == ["flow_not_live", "no_consent", "no_address"]


def test_a_suppressed_address_gets_no_mail(brand, nobody):
    delivery = brand.delivery(email="Gone@Example.com")
    suppress(brand.workspace.pk, "email", ["gone@example.com"], reason="bounced", at=NOON)
    drain(NOON)
    assert state_of(delivery) == ("blocked", "suppressed")
    assert verdicts_of(delivery)["suppression"]["value"] == "bounced"


@pytest.mark.parametrize("reason", ["exit_event", "converted", "no_longer_matches", "stopped"])
def test_a_run_that_left_takes_its_message_back(brand, nobody, reason):
    run = brand.run(brand.person(), state="ended", exit_reason=reason)
    [delivery] = open_one(brand, run)
    drain(NOON)
    assert state_of(delivery) == ("blocked", "run_ended")
    assert verdicts_of(delivery)["exit"]["value"] == reason


def test_a_run_that_came_to_its_end_still_sends_what_it_asked_for(brand, nobody):
    run = brand.run(brand.person(), state="ended", exit_reason="completed")
    [delivery] = open_one(brand, run)
    drain(NOON)
    assert state_of(delivery) == ("sent", "")


def test_a_holdout_member_never_gets_a_message(brand, nobody):
    [delivery] = open_one(brand, brand.run(brand.person(), holdout=True))
    drain(NOON)
    assert state_of(delivery) == ("blocked", "holdout")
    assert nobody.sent == []


@pytest.mark.parametrize("email", [None, "", "   "])
def test_without_an_address_nothing_is_sent(brand, nobody, email):
    delivery = brand.delivery(email=email)
    drain(NOON)
    assert state_of(delivery) == ("blocked", "no_address")


def test_a_message_of_another_brands_template_is_not_sent(brand, nobody):
    delivery = brand.delivery(version=world().template_version_id)
    drain(NOON)
    assert state_of(delivery) == ("blocked", "content_missing")


def test_a_paused_flow_holds_and_a_resumed_one_sends(brand, nobody):
    delivery = brand.delivery()
    brand.flow.state = "paused"
    brand.flow.save()
    drain(NOON)
    assert state_of(delivery) == ("held", "flow_paused")
    brand.flow.state = "live"
    brand.flow.save()
    drain(NOON)
    assert state_of(delivery) == ("held", "flow_paused")
    drain(NOON + HOLD_PAUSE)
    assert state_of(delivery) == ("sent", "")


def test_the_same_hold_again_is_not_told_to_the_trail_again(brand, nobody):
    brand.delivery()
    brand.flow.state = "paused"
    brand.flow.save()
    for times in range(4):
        drain(NOON + HOLD_PAUSE * times)
    assert entries(brand.workspace.pk, action="delivery.held").count() == 1


@pytest.mark.parametrize("dependency", ["may_contact", "suppressed", "stored_templates", "load", "leaving"])
def test_a_dependency_that_cannot_be_read_holds_the_message(brand, nobody, monkeypatch, dependency):
    def fail(*_args, **_kwargs):
        raise ConnectionError("away")

    delivery = brand.delivery()
    with monkeypatch.context() as patch:
        patch.setattr(readings, dependency, fail)
        drain(NOON)
    assert nobody.sent == []
    assert state_of(delivery) == ("held", "dependency")
    drain(NOON + HOLD_PAUSE)
    assert state_of(delivery) == ("sent", "")


def test_a_check_that_breaks_is_a_check_that_did_not_pass(brand, nobody, monkeypatch):
    def broken(_claimed, _readings):
        raise KeyError("oops")

    delivery = brand.delivery()
    monkeypatch.setattr(gate, "CHECKS", [("consent", broken)])
    drain(NOON)
    assert state_of(delivery) == ("held", "dependency")


def test_a_batch_costs_the_gate_a_constant_number_of_queries(brand, nobody):
    def queries(count):
        with CaptureQueriesContext(connection) as captured:
            assert drain(NOON).sent == count
        return len(captured)

    brand.delivery()
    queries(1)  # the template is parsed once
    for _ in range(2):
        brand.delivery()
    few = queries(2)
    for _ in range(10):
        brand.delivery()
    assert queries(10) == few


def open_one(brand, run):
    return open_many([brand.intent(run)], now=NOON)


def test_what_happened_since_the_run_completed_takes_its_message_back(brand, nobody):
    """Exit is checked again just before every send, not only while the run goes on."""
    flow = define(brand.workspace.pk, WIN_BACK, actor=factories.actor(), now=NOON)
    version = flow.versions.get()
    deliveries = {}
    for tier in ("gold", "blue"):
        run = brand.run(brand.person(tier=tier), version=version, state="ended", exit_reason="completed")
        deliveries[tier] = open_one(brand, run)[0]
    drain(NOON)
    assert state_of(deliveries["blue"]) == ("sent", "")
    assert state_of(deliveries["gold"]) == ("blocked", "run_ended")
    assert verdicts_of(deliveries["gold"])["exit"]["value"] == "no_longer_matches"


WIN_BACK = {
    "key": "win-back",
    "kind": "journey",
    "entry": {"on": "event", "event": "cart_abandoned"},
    "exit": [{"when": {"trait": "tier", "is": "eq", "value": "gold"}}],
    "nodes": {"mail": {"do": "send", "channel": "email", "template": "thanks", "next": "end"}, "end": {"do": "exit"}},
}
