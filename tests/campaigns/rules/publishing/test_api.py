"""The verbs of a rule's way to be live, over the API."""

import json

import pytest

from campaigns.rules.publishing.models import RuleReview
from config.kit import clock
from config.kit.api import MAX_BODY
from tests import factories
from tests.campaigns.rules import given
from tests.campaigns.rules.publishing import way
from tests.factories import NOON, bearer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gate_in_process")]
RULE = "/v1/rules/big-basket"
ALL = ("rules:read", "rules:write", "rules:publish", "policies:write")


class Caller:
    def __init__(self, client, workspace, *scopes):
        self.client = client
        self.headers = bearer(factories.api_key(workspace, *scopes))

    def __call__(self, method, path, body=None, **headers):
        with clock.at(NOON):
            given_body = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
            return self.client.generic(method, path, headers={**self.headers, **headers}, **given_body)


@pytest.fixture
def call(client, workspace):
    return Caller(client, workspace, *ALL)


def save(call, revision=0, **parts):
    return call("PUT", f"{RULE}/draft", {"definition": way.definition(**parts), "revision": revision})


def test_from_draft_to_live_and_back(call):
    saved = save(call)
    assert (saved.status_code, saved.json()["revision"], saved.json()["problems"]) == (200, 1, [])
    assert call("GET", f"{RULE}/draft").json() == saved.json()
    made = call("POST", f"{RULE}/publish", {"revision": 1, "note": "first"})
    assert (made.status_code, made.json()["rule"]["version"]) == (200, 1)
    assert [step["name"] for step in made.json()["steps"]] == [
        *("form", "references", "static", "cases", "trial", "replay")
    ]
    assert call("GET", f"{RULE}/draft").status_code == 404
    second = save(call, on=["buy", "pay"])
    assert [change["words"] for change in second.json()["changes"]] == [["on: added: pay"]]
    assert call("GET", f"{RULE}/diff").json()["changes"][0]["path"] == "/on"
    call("POST", f"{RULE}/publish", {"revision": 1})
    assert call("GET", f"{RULE}/diff?from=1&to=2").json()["changes"][0]["after"] == ["buy", "pay"]
    assert call("GET", f"{RULE}/diff?from=x&to=2").status_code == 422
    back = call("POST", f"{RULE}/roll-back", {"live": 2, "reason": "too wide"})
    assert (back.status_code, back.json()["version"]) == (200, 1)
    assert call("POST", f"{RULE}/roll-back", {"live": 2}).status_code == 409
    listed = call("GET", f"{RULE}/versions").json()["data"]
    assert [(version["number"], version["live"]) for version in listed] == [(2, False), (1, True)]
    assert call("GET", f"{RULE}/versions/1").json()["note"] == "first"
    restored = call("POST", f"{RULE}/versions/2/restore", {})
    assert restored.json()["definition"]["on"] == ["buy", "pay"]
    assert call("DELETE", f"{RULE}/draft?revision=1").status_code == 204
    assert call("DELETE", f"{RULE}/draft?revision=1").status_code == 409


def test_a_parallel_edit_is_a_409_that_says_what_differs(call):
    save(call)
    save(call, revision=1, **way.above(5))
    answer = save(call, revision=1, **way.above(6))
    assert answer.status_code == 409
    assert [error["path"] for error in answer.json()["errors"]] == ["/if"]


def test_a_repetition_under_the_same_key_is_done_once(call):
    save(call)
    first = call("POST", f"{RULE}/publish", {"revision": 1}, **{"Idempotency-Key": "k-1"})
    again = call("POST", f"{RULE}/publish", {"revision": 1}, **{"Idempotency-Key": "k-1"})
    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["Idempotency-Repeated"] == "true"
    other = call("POST", f"{RULE}/publish", {"revision": 2}, **{"Idempotency-Key": "k-1"})
    assert other.status_code == 409
    assert call("POST", f"{RULE}/publish", {"revision": 1}).status_code == 409
    assert call("POST", f"{RULE}/publish", {"revision": 1}, **{"Idempotency-Key": "k" * 201}).status_code == 422


def test_what_was_refused_is_not_remembered(call):
    save(call, on=[])
    assert call("POST", f"{RULE}/publish", {"revision": 1}, **{"Idempotency-Key": "k"}).status_code == 422
    save(call, revision=1)
    assert call("POST", f"{RULE}/publish", {"revision": 2}, **{"Idempotency-Key": "k2"}).status_code == 200


def test_checking_stores_nothing_and_tells_every_step(call):
    good = call("POST", "/v1/rule-check", given.raw_rule()).json()
    assert (good["valid"], [step["state"] for step in good["steps"]][-1]) == (True, "passed")
    bad = call("POST", "/v1/rule-check", given.raw_rule(on=[])).json()
    assert (bad["valid"], bad["problems"][0]["path"], bad["definition"]) == (False, "/on", None)
    assert call("GET", "/v1/rules").json()["data"] == []


def test_cases_are_added_changed_and_deleted(call):
    save(call)
    made = call("POST", f"{RULE}/cases", way.case())
    assert made.status_code == 201
    address = f"{RULE}/cases/{made.json()['id']}"
    assert call("PUT", address, way.case(amount=1)).json()["event"]["properties"] == {"amount": 1}
    assert [case["name"] for case in call("GET", f"{RULE}/cases").json()["data"]] == ["a big one"]
    assert call("POST", f"{RULE}/cases", way.case()).status_code == 409
    assert call("POST", f"{RULE}/cases", {}).status_code == 422
    assert call("POST", f"{RULE}/publish", {"revision": 1}).status_code == 422
    assert call("DELETE", address).status_code == 204
    assert call("GET", address).status_code == 404


def test_a_review_over_the_api(call, client, workspace):
    way.four_eyes(workspace)
    assert call("GET", "/v1/rule-policy").json() == {"review": True, "keys_approve": False}
    made = call("POST", "/v1/rules", given.raw_rule())
    assert (made.status_code, made.json()["version"]) == (202, 0)
    assert call("GET", f"{RULE}/draft").json()["review"]["sha256"] == made.json()["review"]["sha256"]
    (waiting,) = call("GET", "/v1/rule-reviews?state=pending").json()["data"]
    approval = {"sha256": waiting["sha256"]}
    assert call("POST", f"{RULE}/approve", approval).status_code == 403
    other = Caller(client, workspace, *ALL)
    assert other("POST", f"{RULE}/approve", approval).status_code == 403
    assert call("PUT", "/v1/rule-policy", {"keys_approve": True}).status_code == 200
    assert other("POST", f"{RULE}/approve", {"sha256": "0" * 64}).status_code == 409
    assert other("POST", f"{RULE}/approve", approval).json()["rule"]["version"] == 1
    assert RuleReview.objects.get().state == "approved"
    save(call, **way.above(3))
    assert call("POST", f"{RULE}/submit", {"revision": 1}).status_code == 201
    assert other("POST", f"{RULE}/reject", {}).status_code == 422
    assert other("POST", f"{RULE}/reject", {"reason": "no"}).json()["state"] == "rejected"
    assert call("POST", f"{RULE}/withdraw").status_code == 409


def test_many_go_live_together_or_none(call, workspace):
    rules = [given.raw_rule(f"r{n}", **way.above(n)) for n in range(30)]
    made = call("POST", "/v1/rule-batch", {"rules": rules})
    assert (made.status_code, made.json()["rules"]["r29"]) == (200, 1)
    again = call("POST", "/v1/rule-batch", {"rules": rules})
    assert [(step["name"], step["state"]) for step in again.json()["steps"]][-1] == ("trial", "skipped")
    bad = [*rules[:2], given.raw_rule("r2", on=[]), rules[1], given.raw_rule("r3", then=[{"start_flow": "nowhere"}])]
    paths = [error["path"] for error in call("POST", "/v1/rule-batch", {"rules": bad}).json()["errors"]]
    assert paths == ["/rules/2/on"]
    worse = [given.raw_rule("fresh"), given.raw_rule("r3", then=[{"start_flow": "nowhere"}])]
    answer = call("POST", "/v1/rule-batch", {"rules": worse})
    assert [error["path"] for error in answer.json()["errors"]] == ["/rules/1/then/0/start_flow"]
    assert call("GET", "/v1/rules/fresh").status_code == 404
    assert call("POST", "/v1/rule-batch", {"rules": []}).status_code == 422
    way.four_eyes(workspace)
    assert call("POST", "/v1/rule-batch", {"rules": rules[:1]}).status_code == 409


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/rules"),
        ("PUT", RULE),
        ("PUT", f"{RULE}/draft"),
        ("POST", "/v1/rule-check"),
        ("POST", f"{RULE}/cases"),
    ],
)
def test_a_definition_of_five_megabytes_is_refused_before_it_is_read(call, method, path):
    save(call)
    big = {"any": [{"property": "sku", "is": "eq", "value": "x" * 1000} for _ in range(5000)]}
    answer = call(method, path, given.raw_rule(**{"if": big}))
    assert answer.status_code == 413
    assert str(MAX_BODY) in answer.json()["detail"]


@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/rules"), ("POST", "/v1/rule-check")])
def test_a_definition_that_fits_the_body_may_still_be_too_large(call, method, path):
    big = {"property": "sku", "is": "in", "value": ["x" * 1000] * 600}
    answer = call(method, path, given.raw_rule(**{"if": big})).json()
    (problem,) = answer.get("errors") or answer["problems"]
    assert "bytes" in problem["message"]
    assert "524,288" in problem["hint"]


def test_what_a_rule_stands_on_is_told(call):
    save(call, unless={"property": "x", "is": "exists"})
    call("POST", f"{RULE}/publish", {"revision": 1})
    assert call("GET", f"{RULE}/uses").json() == {
        "uses": [
            {"kind": "flow", "key": "thanks", "path": "/then/0/start_flow"},
            {"kind": "event", "key": "buy", "path": "/on"},
        ],
        "used_by": [],
    }


@pytest.mark.parametrize(
    ("scopes", "method", "path"),
    [
        (("rules:read",), "PUT", f"{RULE}/draft"),
        (("rules:write",), "POST", f"{RULE}/publish"),
        (("rules:write",), "POST", f"{RULE}/approve"),
        (("rules:write",), "POST", f"{RULE}/roll-back"),
        (("rules:write",), "POST", "/v1/rule-batch"),
        (("rules:publish",), "PUT", "/v1/rule-policy"),
    ],
)
def test_each_verb_needs_its_scope(client, workspace, scopes, method, path):
    assert Caller(client, workspace, *scopes)(method, path, {}).status_code == 403


def test_a_rule_out_of_force_comes_back_by_a_draft(call):
    call("POST", "/v1/rules", given.raw_rule())
    assert call("DELETE", RULE).status_code == 204
    assert call("DELETE", RULE).status_code == 409
    assert call("PATCH", RULE, {"mode": "off"}).status_code == 409
    assert (call("GET", RULE).json()["version"], call("GET", f"{RULE}/uses").json()["uses"]) == (0, [])
    revision = call("POST", f"{RULE}/versions/1/restore", {}).json()["revision"]
    assert call("POST", f"{RULE}/publish", {"revision": revision}).json()["rule"]["version"] == 2


def test_another_workspaces_draft_does_not_exist(call, client):
    save(call)
    stranger = Caller(client, factories.workspace(), *ALL)
    for path in ("/draft", "/cases", "/versions", "/uses"):
        assert stranger("GET", f"{RULE}{path}").status_code == 404
    assert stranger("GET", "/v1/rule-reviews").json()["data"] == []
