"""Messages over the API."""

import json

import pytest

from campaigns.delivery.claims import claim
from campaigns.delivery.drain import drain
from campaigns.delivery.limits import SEND_LEASE
from campaigns.delivery.models import Delivery
from campaigns.delivery.outbox import Marked, turn
from campaigns.delivery.recovery import recover
from tests.campaigns.delivery.world import NOON, world
from tests.factories import api_key, bearer


@pytest.fixture
def get(brand, client):
    headers = bearer(api_key(brand.workspace, "messages:read"))
    return lambda path: client.get(path, headers=headers)


@pytest.fixture
def post(brand, client):
    headers = bearer(api_key(brand.workspace, "messages:write"))
    return lambda path, body: client.post(path, data=json.dumps(body), content_type="application/json", headers=headers)


def test_the_list_is_narrowed_by_state_reason_person_and_run(brand, nobody, get):
    sent, blocked = brand.delivery(), brand.delivery(consent="")
    drain(NOON)
    run = Delivery.objects.get(pk=sent).run_id
    for query, found in {
        "": {sent, blocked},
        "?state=sent": {sent},
        "?reason=no_consent": {blocked},
        f"?run_id={run}": {sent},
        "?channel=sms": set(),
        "?user_id=nobody": set(),
    }.items():
        assert {row["id"] for row in get(f"/v1/messages{query}").json()["data"]} == {str(key) for key in found}


def test_the_list_has_pages(brand, get):
    keys = {str(brand.delivery()) for _ in range(3)}
    first = get("/v1/messages?limit=2").json()
    second = get(f"/v1/messages?limit=2&cursor={first['next']}").json()
    assert {row["id"] for row in first["data"] + second["data"]} == keys
    assert second["next"] is None


@pytest.mark.parametrize("query", ["state=lost", "run_id=7", "cursor=x", "limit=0"])
def test_a_bad_filter_is_refused(get, query):
    answer = get(f"/v1/messages?{query}")
    assert answer.status_code in (400, 422)
    assert answer.json()["errors"][0]["path"].startswith("?")


def test_one_message_comes_with_every_verdict_and_the_answer(brand, nobody, get):
    delivery = brand.delivery()
    drain(NOON)
    shown = get(f"/v1/messages/{delivery}").json()
    assert [verdict["check"] for verdict in shown["gate"]][:4] == ["flow_live", "content", "approval", "consent"]
    assert set(shown["gate"][0]) == {"check", "passed", "rule", "value", "limit", "reason", "hold"}
    assert shown["receipt"]["outcome"] == "accepted"


def test_another_workspaces_messages_are_not_there(get):
    other = world().delivery()
    assert get("/v1/messages").json()["data"] == []
    assert get(f"/v1/messages/{other}").status_code == 404


def test_a_doubt_is_resolved_once(brand, post):
    delivery = brand.delivery()
    [claimed] = claim("email", now=NOON)
    turn([], [Marked(claimed=claimed, gate=[], address="a@example.com")], now=NOON)
    recover(NOON + SEND_LEASE)
    path = f"/v1/messages/{delivery}/resolve"
    assert post(path, {"outcome": "maybe"}).status_code == 422
    assert post(path, {"outcome": "sent"}).json()["state"] == "sent"
    assert post(path, {"outcome": "sent"}).status_code == 409


def test_resolving_needs_the_right_to_write(brand, client):
    headers = bearer(api_key(brand.workspace, "messages:read"))
    answer = client.post(f"/v1/messages/{brand.delivery()}/resolve", headers=headers)
    assert answer.status_code == 403
