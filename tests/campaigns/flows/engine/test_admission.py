"""Who is let in: E1 to E5, S4, and what tells two entries apart."""

from datetime import timedelta

import pytest

from audiences.conditions import Facts
from campaigns.flows.engine.admission import Past, admit, key_text, late
from tests.campaigns.flows.engine.making import DONE, NOW, event, graph

DAYS_30 = timedelta(seconds=2_592_000)


def entering(past=None, *, now=NOW, seen=None, given="", **entry):
    flow = graph({"done": DONE}, entry={"on": "event", "event": "sign_up", **entry})
    facts = Facts(now=now, traits={}, event=seen or event(at=now))
    return admit(flow, facts=facts, past=past or Past(), now=now, given_key=given)


def test_the_first_entry_is_let_in_under_its_message_id():
    assert entering().key == str(event().id)


@pytest.mark.parametrize(
    ("reentry", "since", "reason"),
    [
        ({"allowed": False}, timedelta(days=400), "already_entered"),
        ({"allowed": True}, timedelta(0), ""),
        ({"allowed": True, "after": "30d"}, timedelta(days=28), "reentry_too_soon"),
        ({"allowed": True, "after": "30d"}, DAYS_30 - timedelta(seconds=1), "reentry_too_soon"),
        ({"allowed": True, "after": "30d"}, DAYS_30, ""),
    ],
)
def test_reentry_is_opt_in_and_its_delay_counts_seconds_from_entry(reentry, since, reason):
    assert entering(Past(last_entered_at=NOW - since), reentry=reentry).reason == reason


def test_the_refusal_says_when_the_person_may_enter_again():
    past = Past(last_entered_at=NOW)
    assert (
        entering(past, reentry={"allowed": True, "after": "30d"}).detail["eligible_at"] == (NOW + DAYS_30).isoformat()
    )


def test_by_segment_nobody_is_in_twice_at_once():
    flow = graph({"done": DONE}, entry={"on": "segment", "segment": "vip", "reentry": {"allowed": True}})
    facts = Facts(now=NOW, traits={}, event=event("segment.entered"))
    inside = Past(last_entered_at=NOW, live=True)
    assert admit(flow, facts=facts, past=inside, now=NOW).reason == "already_inside"
    assert admit(flow, facts=facts, past=Past(last_entered_at=NOW), now=NOW).granted


def test_a_key_value_is_used_once_and_others_run_in_parallel():
    past = Past(last_entered_at=NOW, live=True, keys=frozenset({"c1"}))
    assert entering(past, key="properties.cart.id", seen=event(cart={"id": "c1"})).reason == "same_key"
    assert entering(past, key="properties.cart.id", seen=event(cart={"id": "c2"})).key == "c2"


@pytest.mark.parametrize("cart", [{}, {"id": None}, {"id": ""}, {"id": []}, {"id": {}}, "c1", None])
def test_without_the_key_there_is_no_run(cart):
    admission = entering(key="properties.cart.id", seen=event(cart=cart))
    assert (admission.reason, admission.detail) == ("key_missing", {"property": "cart.id"})


def test_a_number_never_equals_a_text_but_1_equals_1_point_0():
    assert key_text(1) == key_text(1.0) != key_text("1")
    assert key_text(True) != key_text(1)
    assert key_text("e\u0301") == key_text("é")


def test_a_long_key_is_kept_as_its_digest():
    assert len(key_text("x" * 10_000)) < 100
    assert key_text("x" * 10_000) != key_text("x" * 10_001)


def test_the_condition_is_judged_last_and_its_verdict_kept():
    refused = entering(**{"if": {"property": "amount", "is": "gt", "value": 10}}, seen=event(amount=5))
    assert refused.reason == "condition"
    assert refused.detail["verdict"]["actual"] == 5


def test_an_idempotency_key_stands_for_the_event():
    assert entering(given="api:k").key == "api:k"
    assert entering(Past(keys=frozenset({"api:k"})), given="api:k").reason == "same_key"


@pytest.mark.parametrize(("hours", "limit", "is_late"), [(1, "1h", False), (1.001, "1h", True), (47, "2d", False)])
def test_an_event_is_late_by_what_lies_between_its_time_and_its_arrival(hours, limit, is_late):
    flow = graph({"done": DONE}, lateness=limit)
    refusal = late(flow, happened=NOW - timedelta(hours=hours), received=NOW)
    assert (refusal is not None) == is_late
