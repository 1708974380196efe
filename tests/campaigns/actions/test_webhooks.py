"""Calls to other systems: signed, retried, once per cause under one id, and no way into our own network."""

import base64
import hmac
import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from campaigns.actions import Action
from campaigns.actions.parked import replay_action
from campaigns.actions.webhooks import wire
from campaigns.actions.webhooks.endpoints import change_secret, delete_endpoint, save_endpoint, try_out
from campaigns.actions.webhooks.models import Endpoint
from campaigns.actions.webhooks.sending import BACK_OFF, EACH, LEASE, _claim, drain_webhooks
from campaigns.actions.webhooks.signing import signed_headers
from compliance.audit import entries
from config.kit.errors import InputRefused
from config.kit.http import Forbidden, Unanswered
from config.kit.ids import derived
from tests import factories
from tests.audiences.events import put, row
from tests.campaigns.rules import given
from tests.campaigns.world import settle
from tests.config.kit.test_http import allow, serving
from tests.factories import NOON, bearer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gate_in_process")]


@pytest.fixture
def workspace():
    return factories.workspace()


def endpoint(workspace, key="crm", **parts):
    raw = {"key": key, "url": f"https://{key}.example/hook", **parts}
    with wire.calling_nobody():
        return save_endpoint(workspace.pk, raw, actor=factories.actor(), now=NOON)[0]


def fires(workspace, count=1, key="crm"):
    given.listening(workspace, f"tell-{key}", {"webhook": {"endpoint": key, "data": {"n": {"property": "n"}}}})
    put(*(row(workspace.pk, user=f"u{n}", properties={"n": n}) for n in range(count)), at=NOON)
    settle(NOON)


@contextmanager
def answering(monkeypatch, answer):
    """Let every call be answered by a status, or raise."""
    calls = []

    def call(url, *, body, headers):
        calls.append((url, headers, body))
        if isinstance(answer, Exception):
            raise answer
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(wire, "call", call)
        yield calls


def test_a_call_says_what_fired_for_whom_and_is_signed(workspace):
    made = endpoint(workspace)
    fires(workspace)
    with wire.calling_nobody() as nobody:
        assert drain_webhooks(NOON) == 1
    ((url, headers, body),) = nobody.calls
    assert url == "https://crm.example/hook"
    said = json.loads(body)
    assert (said["type"], said["timestamp"]) == ("rule.fired", NOON.isoformat())
    assert said["data"]["person"] == {"id": str(derived(workspace.pk, "user", "u0")), "user_id": "u0"}
    data = said["data"]
    assert (data["rule"], data["values"], data["event"]["name"]) == ("tell-crm", {"n": 0}, "buy")
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(made.secret.removeprefix("whsec_"))
    assert headers["webhook-signature"] == "v1," + base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()
    assert Action.objects.get().state == "done"
    assert drain_webhooks(NOON) == 0


def test_a_call_arrives_at_a_server_that_can_check_it(workspace, monkeypatch):
    with serving(b"HTTP/1.1 204 No Content\r\n\r\n") as server:
        allow(monkeypatch, f"127.0.0.1:{server.port}")
        raw = {"key": "crm", "url": f"{server.url}hook"}
        made, _ = save_endpoint(workspace.pk, raw, actor=factories.actor(), now=NOON)
        fires(workspace)
        assert drain_webhooks(NOON) == 1
    head, _, body = server.received.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /hook HTTP/1.1"
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
    wanted = signed_headers([made.secret], message_id=headers["webhook-id"], at=NOON, body=body)
    assert {name: headers[name] for name in wanted} == wanted
    assert json.loads(body)["data"]["rule"] == "tell-crm"
    assert (Action.objects.get().state, Endpoint.objects.get().last_answer) == ("done", "204")


def test_the_signature_is_that_of_the_specifications_example():
    """Known answer of the Standard Webhooks specification."""
    headers = signed_headers(
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        at=datetime.fromtimestamp(1614265330, UTC),
        body=b'{"test": 2432232314}',
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_call_that_fails_is_made_again_under_the_same_id_and_parked_in_the_end(workspace, monkeypatch):
    endpoint(workspace)
    fires(workspace)
    now, ids = NOON, set()
    for pause in (*BACK_OFF, None):
        with answering(monkeypatch, 500) as calls:
            assert drain_webhooks(now) == 1
            assert drain_webhooks(now + timedelta(seconds=1)) == 0
        ids.add(calls[0][1]["webhook-id"])
        now += (pause or timedelta(0)) + timedelta(minutes=5)
    action = Action.objects.get()
    assert (action.state, action.reason, action.attempts) == ("parked", "answered_500", len(BACK_OFF) + 1)
    assert len(ids) == 1
    replay_action(workspace.pk, action.pk, actor=factories.actor(), now=now)
    with answering(monkeypatch, 200) as calls:
        drain_webhooks(now)
    assert (Action.objects.get().state, calls[0][1]["webhook-id"]) == ("done", ids.pop())


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (410, "answered_410"),
        (Forbidden("address_inside", "leads inside"), "address_inside"),
    ],
)
def test_what_will_never_work_is_parked_at_once(workspace, monkeypatch, answer, reason):
    endpoint(workspace)
    fires(workspace)
    with answering(monkeypatch, answer):
        drain_webhooks(NOON)
    assert (Action.objects.get().state, Action.objects.get().reason) == ("parked", reason)


@pytest.mark.parametrize("answer", [302, 404, Unanswered("timed_out", "no answer within 5 s")])
def test_a_redirect_a_refusal_and_silence_are_tried_again(workspace, monkeypatch, answer):
    endpoint(workspace)
    fires(workspace)
    with answering(monkeypatch, answer):
        drain_webhooks(NOON)
    action = Action.objects.get()
    assert (action.state, action.due_at) == ("pending", NOON + BACK_OFF[0])


def test_an_endpoint_that_fails_is_left_alone_and_holds_no_other_up(workspace, monkeypatch):
    endpoint(workspace)
    endpoint(workspace, key="shop")
    fires(workspace, count=3 * EACH)
    with answering(monkeypatch, Unanswered("timed_out", "no answer")) as calls:
        while drain_webhooks(NOON):
            pass
    assert len(calls) == EACH
    assert Endpoint.objects.get(key="crm").failures == 1
    waiting = Action.objects.filter(state="pending", attempts=0)
    assert waiting.count() == 2 * EACH
    given.listening(workspace, "tell-shop", {"webhook": {"endpoint": "shop"}}, on="pay")
    put(row(workspace.pk, user="u", name="pay"), at=NOON)
    settle(NOON)
    with answering(monkeypatch, 204) as calls:
        while drain_webhooks(NOON):
            pass
        assert [url for url, _, _ in calls] == ["https://shop.example/hook"]
        while drain_webhooks(NOON + timedelta(minutes=10)):
            pass
    assert set(Action.objects.values_list("state", flat=True)) == {"done"}
    assert Endpoint.objects.get(key="crm").failures == 0


def test_a_call_whose_worker_died_is_made_again_when_its_lease_ends(workspace):
    endpoint(workspace)
    fires(workspace)
    assert len(_claim(NOON, 10)) == 1
    assert _claim(NOON + LEASE - timedelta(seconds=1), 10) == []
    assert len(_claim(NOON + LEASE, 10)) == 1


def test_a_new_secret_signs_beside_the_old_one_for_a_day(workspace):
    made = endpoint(workspace)
    old = made.secret
    new = change_secret(made, actor=factories.actor(), now=NOON)
    made.refresh_from_db()
    assert made.valid_secrets(NOON + timedelta(hours=23)) == [new, old]
    assert made.valid_secrets(NOON + timedelta(hours=24)) == [new]


def test_a_rule_names_an_endpoint_that_exists_and_calls_of_one_that_is_gone_are_refused(workspace):
    with pytest.raises(InputRefused) as caught:
        given.listening(workspace, "a", {"webhook": {"endpoint": "nowhere"}})
    assert [problem.path for problem in caught.value.problems] == ["/then/0/webhook/endpoint"]
    made = endpoint(workspace)
    fires(workspace)
    delete_endpoint(made, actor=factories.actor(), now=NOON)
    with wire.calling_nobody() as nobody:
        drain_webhooks(NOON)
    assert nobody.calls == []
    assert (Action.objects.get().state, Action.objects.get().reason) == ("refused", "endpoint_off")


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "https://localhost/", "https://169.254.169.254/", "x", None])
def test_an_address_inside_cannot_be_saved(workspace, url):
    with pytest.raises(InputRefused) as caught:
        save_endpoint(workspace.pk, {"key": "crm", "url": url}, actor=factories.actor(), now=NOON)
    assert [problem.path for problem in caught.value.problems] == ["/url"]


def test_trying_out_says_a_status_or_a_word_and_never_what_was_answered(workspace, monkeypatch):
    made = endpoint(workspace)
    with answering(monkeypatch, 418):
        assert try_out(made, actor=factories.actor(), now=NOON) == "418"
    with answering(monkeypatch, Forbidden("address_inside", "leads inside")):
        assert try_out(made, actor=factories.actor(), now=NOON) == "address_inside"
    answers = [entry.payload["answer"] for entry in entries(workspace.pk, action="webhook.endpoint_tried")]
    assert answers == ["address_inside", "418"]


def test_the_api_shows_a_secret_once_and_only_to_those_who_may_write(client, workspace):
    writer = bearer(factories.api_key(workspace, "rules:read", "rules:write"))
    reader = bearer(factories.api_key(workspace, "rules:read"))

    def call(method, path, body=None, headers=writer):
        return client.generic(method, path, json.dumps(body), content_type="application/json", headers=headers)

    with wire.calling_nobody():
        made = call("PUT", "/v1/webhooks/crm", {"url": "https://crm.example/hook"})
        assert made.status_code == 201
        assert made.json()["secret"].startswith("whsec_")
        again = call("PUT", "/v1/webhooks/crm", {"url": "https://crm.example/other"})
        assert (again.status_code, "secret" in again.json()) == (200, False)
        assert call("POST", "/v1/webhooks/crm/test").json() == {"answer": "204"}
    assert "secret" not in call("GET", "/v1/webhooks/crm", headers=reader).json()
    assert [each["key"] for each in call("GET", "/v1/webhooks", headers=reader).json()["data"]] == ["crm"]
    assert call("PUT", "/v1/webhooks/b", {"url": "https://b.example/"}, headers=reader).status_code == 403
    assert call("POST", "/v1/webhooks/crm/secret").json()["secret"] != made.json()["secret"]
    assert call("PUT", "/v1/webhooks/crm", {"url": "http://10.0.0.1/"}).status_code == 422
    stranger = bearer(factories.api_key(factories.workspace(), "rules:read", "rules:write"))
    assert call("GET", "/v1/webhooks/crm", headers=stranger).status_code == 404
    assert call("DELETE", "/v1/webhooks/crm").status_code == 204
    assert call("GET", "/v1/webhooks/crm").status_code == 404


def test_the_api_lists_actions_and_replays_what_was_parked(client, workspace, monkeypatch):
    endpoint(workspace)
    fires(workspace)
    with answering(monkeypatch, 410):
        drain_webhooks(NOON)
    headers = bearer(factories.api_key(workspace, "rules:read", "rules:write"))
    (parked,) = client.get("/v1/actions?state=parked", headers=headers).json()["data"]
    assert (parked["rule"], parked["kind"], parked["reason"]) == ("tell-crm", "webhook", "answered_410")
    assert parked["given"] == {"endpoint": "crm", "data": {"n": 0}}
    assert client.get("/v1/actions?state=lost", headers=headers).status_code == 422
    again = client.post(f"/v1/actions/{parked['id']}/replay", headers=headers)
    assert (again.status_code, again.json()["state"]) == (202, "pending")
    assert client.post(f"/v1/actions/{parked['id']}/replay", headers=headers).status_code == 409
    assert client.post("/v1/actions/123456/replay", headers=headers).status_code == 404
    stranger = bearer(factories.api_key(factories.workspace(), "rules:read", "rules:write"))
    assert client.post(f"/v1/actions/{parked['id']}/replay", headers=stranger).status_code == 404


def test_the_api_stops_a_rule_and_releases_it(client, workspace):
    given.listening(workspace, "a", {"add_label": "x"})
    headers = bearer(factories.api_key(workspace, "rules:read", "rules:write"))
    stopped = client.post("/v1/rules/a/stop", {"reason": "too many"}, content_type="application/json", headers=headers)
    assert (stopped.status_code, stopped.json()["stopped_why"]) == (200, "too many")
    again = client.post("/v1/rules/a/stop", {}, content_type="application/json", headers=headers)
    assert again.status_code == 409
    assert client.post("/v1/rules/a/release", headers=headers).json()["stopped_at"] is None
    assert client.post("/v1/rules/b/release", headers=headers).status_code == 404
