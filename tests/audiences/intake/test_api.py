"""The door: what client libraries send is accepted, once; what is not comes back with its place and the way out."""

import gzip
import json
from datetime import timedelta

import pytest

from audiences.intake.models import Event, EventKey, EventKind, Refusal, Slice
from config.kit.ids import derived
from tests import factories
from tests.audiences.sender import Sender, basic, track
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def test_a_batch_is_stored_with_keys_and_slices(sender):
    answer = sender.batch(track(1, properties={"amount": 20.5}), track(2, userId="u2"))
    assert (answer.status_code, answer.json()) == (202, {"accepted": 2, "duplicates": 0, "errors": []})
    event = Event.objects.get(user_id="u1")
    assert (event.workspace_id, event.kind, event.name) == (sender.workspace.pk, EventKind.TRACK, "buy")
    assert event.properties == {"amount": 20.5}
    assert event.person_id == derived(sender.workspace.pk, "user", "u1")
    assert (EventKey.objects.count(), Slice.objects.count()) == (2, 2)


def test_the_same_batch_again_adds_nothing(sender):
    batch = [track(n) for n in range(5)]
    sender.batch(*batch)
    rows = Slice.objects.count()
    answer = sender.batch(*batch)
    assert answer.json() == {"accepted": 0, "duplicates": 5, "errors": []}
    assert (answer.status_code, Event.objects.count(), Slice.objects.count()) == (202, 5, rows)


def test_the_same_item_twice_in_one_batch_is_one_event(sender):
    assert sender.batch(track(), track()).json()["duplicates"] == 1
    assert Event.objects.count() == 1


def test_the_same_id_with_another_body_is_refused_and_reported(sender):
    sender.batch(track(1))
    answer = sender.batch(track(1, event="sell"), track(2), track(2, event="sell"))
    assert [(error["index"], error["reason"]) for error in answer.json()["errors"]] == [
        (0, "different_body"),
        (2, "different_body"),
    ]
    assert list(Refusal.objects.values_list("reason", "message_id")) == [
        ("different_body", "m1"),
        ("different_body", "m2"),
    ]
    assert set(Event.objects.values_list("name", flat=True)) == {"buy"}


def test_a_repetition_may_be_spaced_and_ordered_differently_and_be_sent_later(sender):
    sender.post("track", {"event": "buy", "userId": "u", "messageId": "m", "properties": {"a": 1, "b": 2}})
    body = (
        b'{"messageId":"m", "userId":"u", "event":"buy", "properties":{"b":2, "a":1}, "sentAt":"2026-03-02T11:00:00Z"}'
    )
    assert sender.post("track", body).json()["duplicates"] == 1


def test_two_workspaces_may_use_the_same_message_id(sender):
    other = factories.workspace()
    sender.batch(track())
    Sender(other, basic(factories.api_key(other))).batch(track())
    assert Event.objects.count() == 2


@pytest.mark.parametrize(
    ("call", "body", "name", "properties"),
    [
        ("track", {"event": "buy", "properties": {"a": 1}}, "buy", {"a": 1}),
        ("identify", {"traits": {"city": "Lima"}}, "identify", {"city": "Lima"}),
        ("page", {"name": "Home", "properties": {"url": "/"}}, "page", {"url": "/", "name": "Home"}),
        ("screen", {"name": "Home", "category": "Main"}, "screen", {"name": "Home", "category": "Main"}),
        ("group", {"groupId": "g", "traits": {"plan": "pro"}}, "group", {"groupId": "g", "plan": "pro"}),
        ("alias", {"previousId": "a"}, "alias", {"previousId": "a"}),
    ],
)
def test_every_call_of_the_spec_alone_by_its_short_name_and_in_a_batch(sender, call, body, name, properties):
    item = {"userId": "u", **body}
    assert sender.post(call, item).status_code == 202
    assert sender.post(call[0], item).status_code == 202
    assert sender.batch({**item, "type": call}).status_code == 202
    assert list(Event.objects.values_list("name", "properties")) == [(name, properties)] * 3


def test_a_gzip_body_is_read(sender):
    body = gzip.compress(json.dumps({"batch": [track()]}).encode())
    assert sender.post("batch", body, **{"Content-Encoding": "gzip"}).status_code == 202


def test_a_browser_may_send_the_key_in_the_body(sender):
    key = factories.api_key(sender.workspace)
    sender.headers = {}
    answer = sender.post("track", {**track(), "writeKey": key}, content_type="text/plain")
    assert answer.status_code == 202, answer.content


def test_an_item_without_an_id_gets_one(sender):
    item = {"type": "track", "event": "buy", "userId": "u"}
    assert sender.batch(item, item).json()["accepted"] == 2


@pytest.mark.parametrize(
    ("item", "rest", "expected"),
    [
        ({}, {}, NOON),
        ({"timestamp": "2026-03-01T12:00:00Z"}, {}, NOON - timedelta(days=1)),
        ({"timestamp": "2026-03-01T20:00:00+08:00"}, {}, NOON - timedelta(days=1)),
        ({"originalTimestamp": "2026-03-01T12:00:00Z"}, {}, NOON - timedelta(days=1)),
        # the sender's clock is a year behind: only the time between happening and sending counts
        ({"timestamp": "2025-03-02T11:00:00Z"}, {"sentAt": "2025-03-02T12:00:00Z"}, NOON - timedelta(hours=1)),
        ({"timestamp": "1970-01-01T00:00:10Z"}, {"sentAt": "1970-01-01T00:00:20Z"}, NOON - timedelta(seconds=10)),
        ({"timestamp": "2026-03-02T11:00:00Z", "sentAt": "2026-03-02T11:30:00Z"}, {}, NOON - timedelta(minutes=30)),
    ],
)
def test_the_event_time_is_what_the_senders_clock_meant(sender, item, rest, expected):
    assert sender.batch(track(**item), **rest).status_code == 202
    assert Event.objects.get().event_time == expected


def test_names_and_values_are_kept_in_one_unicode_form(sender):
    sender.post(
        "track", track(event="cafe\u0301", userId="jose\u0301", properties={"ville": "Orle\u0301ans", "e\u0301": 1})
    )
    event = Event.objects.get()
    assert (event.name, event.user_id) == ("caf\u00e9", "jos\u00e9")
    assert event.properties == {"ville": "Orl\u00e9ans", "\u00e9": 1}


def test_a_batchs_context_holds_for_items_that_say_nothing_else(sender):
    sender.batch(track(1, context={"ip": "1.2.3.4"}), context={"ip": "8.8.8.8", "app": {"name": "shop"}})
    assert Event.objects.get().context == {"ip": "1.2.3.4", "app": {"name": "shop"}}


def test_keys_with_a_meaning_in_javascript_are_data_like_others(sender):
    properties = {"__proto__": {"admin": True}, "constructor": {"x": 1}}
    assert sender.batch(track(properties=properties)).status_code == 202
    assert Event.objects.get().properties == properties
