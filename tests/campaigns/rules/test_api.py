"""The public API of rules."""

import json
from uuid import UUID

import pytest

from campaigns.rules.models import Firing
from campaigns.triggers import drain_intake
from config.kit import clock
from tests import factories
from tests.audiences.events import put, row
from tests.campaigns.rules import given
from tests.factories import NOON, bearer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gate_in_process")]


class Caller:
    def __init__(self, client, workspace, *scopes):
        self.client = client
        self.headers = bearer(factories.api_key(workspace, *scopes))

    def __call__(self, method, path, body=None):
        with clock.at(NOON):
            return self.client.generic(
                method, path, json.dumps(body), content_type="application/json", headers=self.headers
            )


@pytest.fixture
def workspace():
    made = factories.workspace()
    given.flow(made)
    return made


@pytest.fixture
def call(client, workspace):
    return Caller(client, workspace, "rules:read", "rules:write")


def test_a_rule_is_defined_read_changed_switched_and_listed(call):
    made = call("POST", "/v1/rules", given.raw_rule())
    assert made.status_code == 201
    assert call("GET", "/v1/rules/big-basket").json() == made.json()
    put = call("PUT", "/v1/rules/big-basket", {"on": ["pay"], "then": [{"start_flow": "thanks"}]})
    assert (put.status_code, put.json()["version"], put.json()["definition"]["on"]) == (200, 2, ["pay"])
    switched = call("PATCH", "/v1/rules/big-basket", {"mode": "shadow", "enabled": False})
    assert (switched.json()["mode"], switched.json()["enabled"], switched.json()["version"]) == ("shadow", False, 3)
    assert [rule["key"] for rule in call("GET", "/v1/rules").json()["data"]] == ["big-basket"]


def test_a_fault_is_answered_with_its_place_and_the_way_out(call):
    answer = call("POST", "/v1/rules", given.raw_rule(on=[]))
    assert answer.status_code == 422
    assert [error["path"] for error in answer.json()["errors"]] == ["/on"]


@pytest.mark.parametrize("body", [{}, {"on": ["x"]}, {"mode": "loud"}, [], None])
def test_only_switches_can_be_switched(call, body):
    call("POST", "/v1/rules", given.raw_rule())
    assert call("PATCH", "/v1/rules/big-basket", body).status_code == 422


def test_the_address_and_the_key_must_agree(call):
    assert call("PUT", "/v1/rules/one", given.raw_rule("other")).status_code == 422


def test_another_workspaces_rule_does_not_exist(call, client):
    call("POST", "/v1/rules", given.raw_rule())
    stranger = Caller(client, factories.workspace(), "rules:read", "rules:write")
    assert stranger("GET", "/v1/rules/big-basket").status_code == 404
    assert stranger("GET", "/v1/rules/big-basket/firings").status_code == 404
    assert stranger("GET", "/v1/rules").json()["data"] == []


def test_reading_is_not_writing(client, workspace):
    reader = Caller(client, workspace, "rules:read")
    assert reader("POST", "/v1/rules", given.raw_rule()).status_code == 403


def test_firings_and_the_reason_of_what_did_not_fire_are_shown(call, workspace):
    call("POST", "/v1/rules", given.raw_rule(unless={"property": "channel", "is": "eq", "value": "till"}))
    put(
        row(workspace.pk, user="u", properties={"amount": 150}),
        row(workspace.pk, user="u", properties={"amount": 160, "channel": "till"}),
        row(workspace.pk, user="u", properties={"amount": 15}),
    )
    with clock.at(NOON):
        drain_intake()
    (firing,) = call("GET", "/v1/rules/big-basket/firings").json()["data"]
    assert firing["facts"]["event"]["properties"] == {"amount": 150}
    first = UUID(firing["event_id"]).int
    ids = [UUID(int=first + offset) for offset in range(3)]
    told = [call("GET", f"/v1/rules/big-basket/why/{ident}").json() for ident in ids]
    assert [each["fired"] for each in told] == [True, False, False]
    assert [each["verdict_kept"] for each in told] == [True, False, False]
    assert told[0]["failed"] is None
    assert (told[1]["failed"]["name"], told[1]["failed"]["actual"]) == ("channel", "till")
    assert (told[2]["failed"]["name"], told[2]["failed"]["actual"], told[2]["failed"]["limit"]) == ("amount", 15, 100)
    assert Firing.objects.count() == 1


def test_an_event_or_a_version_that_does_not_exist_is_not_found(call):
    call("POST", "/v1/rules", given.raw_rule())
    nobody = "01890000-0000-7000-8000-000000000000"
    assert call("GET", f"/v1/rules/big-basket/why/{nobody}").status_code == 404
    assert call("GET", f"/v1/rules/big-basket/why/{nobody}?version=9").status_code == 404
    assert call("GET", f"/v1/rules/big-basket/why/{nobody}?version=x").status_code == 422


def test_parked_events_are_listed_and_replayed_once(client, workspace, monkeypatch):
    def fail(batch, *, now):
        raise ValueError("poison")

    call = Caller(client, workspace, "events:read", "rules:write")
    put(row(workspace.pk, user="u"))
    with monkeypatch.context() as patch, clock.at(NOON):
        patch.setattr("campaigns.triggers.absorb", fail)
        drain_intake()
    (parked,) = call("GET", "/v1/parked-events").json()["data"]
    assert parked["reason"] == "ValueError"
    assert call("POST", f"/v1/parked-events/{parked['id']}/replay").status_code == 202
    assert call("POST", f"/v1/parked-events/{parked['id']}/replay").status_code == 409
    assert call("POST", "/v1/parked-events/999999/replay").status_code == 404
    assert call("GET", "/v1/parked-events").json()["data"] == []
