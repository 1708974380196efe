"""Other systems tell and ask what people decided."""

import json

import pytest

from compliance.consent.consents import may_contact
from compliance.consent.suppressions import suppressed
from config.kit import clock
from config.kit.ids import derived
from tests.factories import NOON, api_key, bearer, workspace

pytestmark = pytest.mark.django_db


@pytest.fixture(name="workspace")
def own_workspace():
    return workspace()


@pytest.fixture
def call(client, workspace):
    headers = bearer(api_key(workspace, "consents:write"))

    def send(method, path, body):
        with clock.at(NOON):
            return getattr(client, method)(
                path, data=json.dumps(body), content_type="application/json", headers=headers
            )

    return send


def decision(**fields):
    return {"channel": "email", "purpose": "marketing", "state": "granted", **fields}


def allowed(workspace, user_id):
    person = derived(workspace.pk, "user", user_id)
    return may_contact(workspace.pk, [person], channel="email", purpose="marketing")[person].allowed


def test_a_decision_is_noted_and_read_back(call, client, workspace):
    answer = call("put", "/v1/people/u/1/consent", decision(source="checkout", at="2026-03-01T08:00:00+08:00"))
    assert answer.status_code == 200
    assert answer.json()["data"] == [
        {
            "channel": "email",
            "purpose": "marketing",
            "state": "granted",
            "source": "checkout",
            "evidence": {},
            "at": "2026-03-01T00:00:00Z",
        }
    ]
    assert allowed(workspace, "u/1")
    read = client.get("/v1/people/u/1/consent", headers=bearer(api_key(workspace, "consents:read")))
    assert read.json() == answer.json()


def test_a_batch_counts_what_changed(call, workspace):
    body = {"consents": [decision(user_id="a"), decision(user_id="b"), decision(user_id="a")]}
    assert call("post", "/v1/consents/batch", body).json() == {"changed": 2, "unchanged": 1}
    assert allowed(workspace, "b")


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"channel": "E-Mail"}, "/consents/1/channel"),
        ({"purpose": None}, "/consents/1/purpose"),
        ({"state": "maybe"}, "/consents/1/state"),
        ({"state": ["granted"]}, "/consents/1/state"),
        ({"source": ""}, "/consents/1/source"),
        ({"at": "2026-03-01T08:00:00"}, "/consents/1/at"),
        ({"at": "2027-03-01T08:00:00Z"}, "/consents/1/at"),
        ({"at": "0001-01-01T00:00:00Z"}, "/consents/1/at"),
        ({"evidence": {"x": "y" * 5000}}, "/consents/1/evidence"),
        ({"user_id": 5}, "/consents/1/user_id"),
        ({"colour": "red"}, "/consents/1/colour"),
    ],
)
def test_one_faulty_decision_refuses_all_and_names_its_place(call, workspace, fields, path):
    body = {"consents": [decision(user_id="a"), decision(user_id="b")]}
    body["consents"][1].update(fields)
    answer = call("post", "/v1/consents/batch", body)
    assert answer.status_code == 422
    assert [error["path"] for error in answer.json()["errors"]] == [path]
    assert not allowed(workspace, "a")


@pytest.mark.parametrize("body", [[], {}, {"consents": []}, {"consents": "x"}, {"consents": [1]}, None, 7])
def test_another_shape_is_refused(call, body):
    assert call("post", "/v1/consents/batch", body).status_code == 422


def test_addresses_are_suppressed_by_the_hundred(call, workspace):
    body = {"suppressions": [{"channel": "email", "address": f"p{n}@example.com"} for n in range(100)]}
    assert call("post", "/v1/suppressions", body).json() == {"changed": 100, "unchanged": 0}
    assert suppressed(workspace.pk, "email", ["p7@example.com"]) == {"p7@example.com": "manual"}


def test_a_write_key_may_not_touch_consents(client, workspace):
    answer = client.put("/v1/people/u1/consent", headers=bearer(api_key(workspace)))
    assert answer.status_code == 403
