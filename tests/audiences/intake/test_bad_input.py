"""Bad input is answered with a clear 4xx that names the place; nothing of it is stored, nothing fails with 500."""

import gzip
import json

import pytest

from audiences.intake.limits import MAX_BODY
from audiences.intake.models import Event, EventKey, Refusal, Slice
from tests import factories
from tests.audiences.sender import basic, track

pytestmark = pytest.mark.django_db


def item(**given):
    return json.dumps(track(**given)).encode()


def with_properties(raw: bytes) -> bytes:
    return b'{"type":"track","event":"buy","userId":"u","messageId":"bad","properties":' + raw + b"}"


BAD_ITEMS = {
    "a list": (b"[]", "", "wrong_type"),
    "a number": (b"1", "", "wrong_type"),
    "no type": (b'{"event":"x","userId":"u"}', "type", "missing"),
    "a type of no call": (item(type="dance"), "type", "unknown_type"),
    "a type of another kind": (item(type=3), "type", "wrong_type"),
    "no event name": (b'{"type":"track","userId":"u"}', "event", "missing"),
    "an empty event name": (item(event=" "), "event", "missing"),
    "a long event name": (item(event="x" * 201), "event", "too_long"),
    "a name of our own events": (item(event="segment.entered"), "event", "reserved"),
    "nobody": (b'{"type":"track","event":"x"}', "userId", "missing"),
    "an empty user id": (item(userId=""), "userId", "missing"),
    "a number as user id": (item(userId=7), "userId", "wrong_type"),
    "a list as user id": (item(userId=["u"]), "userId", "wrong_type"),
    "a long user id": (item(userId="x" * 257), "userId", "too_long"),
    "a long anonymous id": (item(anonymousId="x" * 257), "anonymousId", "too_long"),
    "a long message id": (item(messageId="x" * 257), "messageId", "too_long"),
    "a number as message id": (item(messageId=5), "messageId", "wrong_type"),
    "properties that are a list": (item(properties=[]), "properties", "wrong_type"),
    "properties that are text": (item(properties="x"), "properties", "wrong_type"),
    "an unknown field": (item(propertys={}), "propertys", "unknown_field"),
    "a computed trait": (b'{"type":"identify","userId":"u","traits":{"computed":1}}', "traits.computed", "reserved"),
    "an alias without the old id": (b'{"type":"alias","userId":"u"}', "previousId", "missing"),
    "an alias without the new id": (b'{"type":"alias","anonymousId":"a","previousId":"b"}', "userId", "missing"),
    "a group without id": (b'{"type":"group","userId":"u"}', "groupId", "missing"),
    "no time": (item(timestamp="yesterday"), "timestamp", "not_a_time"),
    "an empty offset": (item(timestamp="2026-03-01T12:00:00"), "timestamp", "no_offset"),
    "a zone name": (item(timestamp="2026-03-01T12:00:00 Mars/Olympus"), "timestamp", "not_a_time"),
    "a number as time": (item(timestamp=1700000000), "timestamp", "wrong_type"),
    "a time long ago": (item(timestamp="1999-12-31T23:59:59Z"), "timestamp", "too_old"),
    "the year one": (item(timestamp="0001-01-01T00:00:00+14:00"), "timestamp", "too_old"),
    "the year 9999": (item(timestamp="9999-12-31T23:59:59-12:00"), "timestamp", "in_the_future"),
    "two days ahead": (item(timestamp="2026-03-04T12:00:00Z"), "timestamp", "in_the_future"),
    "a date without time": (item(timestamp="2026-03-01"), "timestamp", "no_offset"),
    "a false sentAt": (item(timestamp="2026-03-01T12:00:00Z", sentAt="soon"), "sentAt", "not_a_time"),
    "NUL": (with_properties(b'{"a":{"b":"x\\u0000y"}}'), "properties.a.b", "forbidden_value"),
    "NUL in a key": (with_properties(b'{"a\\u0000":1}'), "properties.a\\0", "forbidden_value"),
    "NUL in an id": (b'{"type":"track","event":"x","userId":"u\\u0000"}', "userId", "forbidden_value"),
    "half a surrogate": (with_properties(b'{"a":"\\ud800"}'), "properties.a", "forbidden_value"),
    "NaN": (with_properties(b'{"a":NaN}'), "properties.a", "forbidden_value"),
    "Infinity": (with_properties(b'{"a":[1,-Infinity]}'), "properties.a.1", "forbidden_value"),
    "a number beyond all": (with_properties(b'{"a":1e999}'), "properties.a", "forbidden_value"),
    "a number of 5000 digits": (with_properties(b'{"a":' + b"9" * 5000 + b"}"), "", "forbidden_value"),
    "deep nesting": (with_properties(b'{"a":' * 70 + b"1" + b"}" * 70), None, "forbidden_value"),
    "very deep nesting": (with_properties(b'{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}"), "", "forbidden_value"),
    "invalid UTF-8": (with_properties(b'{"a":"\xff"}'), "", "forbidden_value"),
    "an encoded surrogate": (with_properties(b'{"a":"\xed\xa0\x80"}'), "", "forbidden_value"),
    "32 kB": (item(properties={"a": "x" * 33_000}), "", "too_large"),
}
GOOD = json.dumps(track("good", userId="good")).encode()


@pytest.mark.parametrize("name", BAD_ITEMS)
def test_a_bad_item_of_a_batch_is_named_and_the_good_one_is_stored(sender, name):
    raw, field, reason = BAD_ITEMS[name]
    answer = sender.post("batch", b'{"batch":[' + GOOD + b"," + raw + b"]}")
    body = answer.json()
    if answer.status_code == 400:  # the bytes themselves cannot be read: no item can be told from another
        assert name in ("invalid UTF-8", "an encoded surrogate", "very deep nesting", "a number of 5000 digits")
        assert Event.objects.count() == 0
        return
    assert answer.status_code == 202
    assert body["accepted"] == 1
    (error,) = body["errors"]
    assert (error["index"], error["reason"]) == (1, reason)
    assert field is None or error["field"] == field
    assert error["message"]
    assert list(Event.objects.values_list("user_id", flat=True)) == ["good"]
    assert Refusal.objects.count() == 1


@pytest.mark.parametrize("name", sorted(BAD_ITEMS.keys() - {"no type"}))
def test_a_bad_single_call_is_a_4xx_and_leaves_nothing(sender, name):
    raw, _, _ = BAD_ITEMS[name]
    call = next((kind for kind in ("alias", "group", "identify") if f'"{kind}"'.encode() in raw), "track")
    answer = sender.post(call, raw)
    assert answer.status_code in (400, 422)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"][0]["message"]
    assert (Event.objects.count(), EventKey.objects.count(), Slice.objects.count()) == (0, 0, 0)


BAD_BODIES = {
    "nothing": (b"", 400),
    "no JSON": (b"{'batch': []}", 400),
    "cut off": (b'{"batch":[{"type":"tr', 400),
    "text": (b'"batch"', 422),
    "a list": (b"[]", 422),
    "no batch": (b"{}", 422),
    "a batch that is an object": (b'{"batch":{}}', 422),
    "an unknown field": (b'{"batch":[],"bach":1}', 422),
    "a false sentAt": (b'{"batch":[],"sentAt":"soon"}', 422),
    "sentAt as number": (b'{"batch":[],"sentAt":5}', 422),
    "a byte order mark": (b'\xef\xbb\xbf{"batch":[]}', 400),
    "brackets without end": (b"[" * 400_000, 400),
    "latin-1": ('{"batch":[],"context":{"a":"é"}}'.encode("latin-1"), 400),
    "too many items": (b'{"batch":[' + b"{}," * 5000 + b"{}]}", 422),
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_bad_body_is_a_4xx_that_says_why(sender, name):
    raw, status = BAD_BODIES[name]
    answer = sender.post("batch", raw)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"]


def test_a_large_body_is_refused_unread(sender):
    answer = sender.post("batch", b"x" * (10 * 1024 * 1024))
    assert answer.status_code == 413
    assert sender.post("batch", b" " * MAX_BODY + b"x").status_code == 413


def test_a_gzip_bomb_is_stopped_at_the_limit(sender):
    bomb = gzip.compress(b" " * 200_000_000, compresslevel=9)
    assert len(bomb) < MAX_BODY
    assert sender.post("batch", bomb, **{"Content-Encoding": "gzip"}).status_code == 413


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"no gzip", {"Content-Encoding": "gzip"}, 400),
        (gzip.compress(b'{"batch":[]}', mtime=0)[:-12], {"Content-Encoding": "gzip"}, 400),
        (b"{}", {"Content-Encoding": "br"}, 415),
        (b"{}", {"content_type": "application/xml"}, 415),
        (b"{}", {"content_type": "application/json; charset=latin-1"}, 415),
    ],
)
def test_a_form_that_is_not_understood_is_said(sender, body, headers, status):
    assert sender.post("batch", body, **headers).status_code == status


@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic("wk_nobody"),
        {"Authorization": "Basic !"},
        {"Authorization": "Digest x"},
        {"Authorization": "Bearer x"},
    ],
)
def test_without_a_good_key_nothing_is_read(sender, headers):
    sender.headers = headers
    answer = sender.batch(track())
    assert answer.status_code == 401
    assert "WWW-Authenticate" in answer.headers
    assert Event.objects.count() == 0


def test_a_secret_key_needs_the_scope(sender):
    for scope, status in (("people:read", 403), ("events:write", 202)):
        sender.headers = factories.bearer(factories.api_key(sender.workspace, scope))
        assert sender.batch(track()).status_code == status


def test_other_methods_are_refused(sender):
    answer = sender.client.get("/v1/track", headers=sender.headers)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_a_value_that_only_the_database_refuses_costs_that_item_alone(sender, monkeypatch):
    monkeypatch.setattr("audiences.intake.items._HARMLESS", frozenset({"contains the character U+0000"}))
    bad = track("bad", properties={"a": "\x00"})
    answer = sender.batch(*(track(n) for n in range(7)), bad, *(track(n) for n in range(7, 12)))
    assert (answer.status_code, answer.json()["accepted"]) == (202, 12)
    assert [(error["index"], error["reason"]) for error in answer.json()["errors"]] == [(7, "unstorable")]
    assert Event.objects.count() == 12
