"""Mentions come in at a door of their own, each once, about a brand and nobody else."""

import pytest

from audiences.intake.models import Event, EventKind
from audiences.people.models import Person
from campaigns.rules.streams.models import StreamAlarm
from campaigns.triggers import drain_intake
from config.kit import clock
from tests import factories
from tests.campaigns.rules.streams import given
from tests.factories import NOON

pytestmark = pytest.mark.django_db
ONE = {"source": "weibo", "text": "再也不买了", "id": "1", "sentiment": -0.5, "at": "2026-03-02T12:00:00Z"}


@pytest.fixture
def workspace():
    return factories.workspace()


@pytest.fixture
def send(workspace, client):
    key = factories.api_key(workspace, "events:write", "events:read", "rules:read")

    def call(*mentions):
        headers = factories.bearer(key)
        return client.post("/v1/mentions", {"mentions": list(mentions)}, "application/json", headers=headers)

    call.get = lambda address: client.get(address, headers=factories.bearer(key)).json()
    return call


def test_a_mention_is_stored_once_about_its_brand_and_read_back(send):
    assert send(ONE, ONE | {"id": "2", "brand": "acme"}).json() == {"accepted": 2, "duplicates": 0, "errors": []}
    assert send(ONE).json() == {"accepted": 0, "duplicates": 1, "errors": []}
    assert send(ONE | {"text": "other"}).status_code == 422
    (found,) = send.get("/v1/mentions?brand=acme")["data"]
    assert (found["brand"], found["source"], found["properties"]["sentiment"]) == ("acme", "weibo", -0.5)
    assert len(send.get("/v1/mentions?source=weibo")["data"]) == 2
    assert {event.kind for event in Event.objects.all()} == {EventKind.MENTION}
    drain_intake()
    assert not Person.objects.exists()


def test_one_without_an_id_is_known_by_all_that_it_says(send):
    bare = {name: value for name, value in ONE.items() if name != "id"}
    assert send(bare, bare).json()["duplicates"] == 1
    assert send(bare | {"author": "u9"}).json()["accepted"] == 1


@pytest.mark.parametrize(
    ("fault", "field"),
    [
        ({"source": ""}, "source"),
        ({"sentiment": 2}, "sentiment"),
        ({"sentiment": "bad"}, "sentiment"),
        ({"at": "2026-03-02 12:00"}, "at"),
        ({"colour": "red"}, "colour"),
        ({"properties": {"source": "x"}}, "properties.source"),
        ({"reach": -1}, "reach"),
    ],
)
def test_a_fault_is_named_by_its_field_and_the_good_ones_are_taken(send, fault, field):
    answer = send(ONE | {"id": "9"} | fault, ONE)
    assert answer.status_code == 202
    told = answer.json()
    assert (told["accepted"], [error["field"] for error in told["errors"]]) == (1, [field])


def test_no_one_but_the_door_for_mentions_makes_them(workspace, client):
    key = factories.api_key(workspace, "events:write")
    body = {"userId": "u1", "event": "mention"}
    assert client.post("/v1/track", body, "application/json", headers=factories.bearer(key)).status_code == 422


def test_alarms_are_read_back_by_their_rule(workspace, send):
    condition = {"measure": "count", "is": "gte", "value": 2}
    given.burst(workspace, over="1d", **{"if": condition})
    with clock.at(NOON):
        send(ONE, ONE | {"id": "2"})
        drain_intake()
    alarm = StreamAlarm.objects.get()
    (found,) = send.get("/v1/rules/burst/alarms?state=open")["data"]
    assert (found["group"], found["measures"]["count"], found["id"]) == ({"brand": "default"}, 2, alarm.pk)
    assert send.get("/v1/rules/burst/alarms?state=resolved")["data"] == []
