"""`/v1/journeys` and `/v1/runs`: the same verbs that the console uses, with refusals that say where and how to mend."""

import pytest

from campaigns.flows.models import Flow, Run
from campaigns.rules.publishing.models import RulePolicy
from tests.campaigns.flows.world import journey
from tests.factories import NOON, api_key, bearer


@pytest.fixture
def call(client, brand):
    scopes = ("journeys:write", "runs:write")
    headers = bearer(api_key(brand.workspace, *scopes))

    def call(method, path, body=None):
        answer = getattr(client, method)(path, body, content_type="application/json", headers=headers)
        return answer.status_code, answer.json()

    return call


def test_a_journey_is_defined_published_paused_resumed_and_stopped(call):
    status, shown = call("post", "/v1/journeys", journey())
    assert (status, shown["state"], shown["version"], shown["live_version"]) == (201, "draft", 1, None)
    for verb, state in (("publish", "live"), ("pause", "paused"), ("resume", "live"), ("stop", "stopped")):
        status, shown = call("post", f"/v1/journeys/welcome/{verb}", {})
        assert (status, shown["state"]) == (200, state)
    assert call("post", "/v1/journeys/welcome/pause", {})[0] == 409
    assert [j["key"] for j in call("get", "/v1/journeys")[1]["data"]] == ["welcome"]


def test_no_key_publishes_past_the_review_that_the_workspace_asks_for(call, brand):
    call("post", "/v1/journeys", journey())
    RulePolicy.objects.create(workspace_id=brand.workspace.pk, review=True, author="x", updated_at=NOON)
    status, problem = call("post", "/v1/journeys/welcome/publish", {})
    assert (status, Flow.objects.get(key="welcome").state) == (409, "draft")
    assert "somebody else approve" in problem["detail"]


def test_a_definition_again_adds_nothing_and_another_one_is_the_next_version(call):
    call("post", "/v1/journeys", journey())
    assert call("post", "/v1/journeys", journey())[1]["version"] == 1
    status, shown = call("put", "/v1/journeys/welcome", {**journey(), "name": "Welcome!"})
    assert (status, shown["version"], shown["name"]) == (200, 2, "Welcome!")


def test_a_faulty_definition_is_refused_with_every_place(call):
    nodes = {"start": {"do": "wait", "for": "1 month", "next": "done"}, "x": {"do": "teleport"}, "done": {"do": "exit"}}
    status, problem = call("post", "/v1/journeys", journey(nodes=nodes))
    assert status == 422
    assert {e["path"] for e in problem["errors"]} == {"/nodes/start/for", "/nodes/x/do"}
    assert all(e["hint"] for e in problem["errors"])


def test_publishing_names_each_node_that_people_could_get_lost_at(call):
    nodes = {
        "start": {"do": "send", "channel": "email", "template": "nope", "next": "done"},
        "alone": {"do": "exit"},
        "done": {"do": "exit"},
    }
    call("post", "/v1/journeys", journey(nodes=nodes))
    status, problem = call("post", "/v1/journeys/welcome/publish", {})
    assert status == 422
    assert {e["path"] for e in problem["errors"]} == {"/nodes/alone", "/nodes/start/template"}


def test_the_same_key_asks_for_the_same_run_and_another_body_is_refused(call, brand):
    brand.live(journey(entry={"on": "api"}))
    body = {"user_id": "u1", "key": "order-7", "properties": {"plan": "gold"}}
    status, first = call("post", "/v1/journeys/welcome/runs", body)
    assert (status, first["state"], first["node"]) == (201, "waiting", "start")
    status, again = call("post", "/v1/journeys/welcome/runs", body)
    assert (status, again["id"]) == (200, first["id"])
    assert call("post", "/v1/journeys/welcome/runs", {**body, "properties": {}})[0] == 409
    assert call("post", "/v1/journeys/welcome/runs", {**body, "user_id": "u2"})[0] == 409
    status, problem = call("post", "/v1/journeys/welcome/runs", {**body, "key": "order-8"})
    assert status == 409
    assert "already_entered" in problem["detail"]
    assert Run.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [{}, {"user_id": 7, "key": "k"}, {"user_id": "u", "key": ""}, {"user_id": "u", "key": "k", "x": 1}, [1]],
)
def test_a_faulty_request_is_refused(call, brand, body):
    brand.live(journey(entry={"on": "api"}))
    assert call("post", "/v1/journeys/welcome/runs", body)[0] == 422


def test_runs_are_listed_narrowed_and_shown_with_their_steps(call, brand):
    brand.live(journey())
    brand.event("u1")
    brand.event("u2")
    assert len(call("get", "/v1/runs")[1]["data"]) == 2
    (shown,) = call("get", "/v1/runs?user_id=u1&journey=welcome&state=waiting")[1]["data"]
    assert shown["person_id"] == str(brand.person("u1"))
    whole = call("get", f"/v1/runs/{shown['id']}")[1]
    assert whole["entry"]["name"] == "sign_up"
    assert [step["node"] for step in whole["steps"]] == ["start"]


def test_counts_say_where_runs_are_and_how_they_ended(call, brand):
    brand.live(journey())
    brand.event("u1")
    brand.wait(hours=1)
    brand.event("u2")
    brand.event("u2")
    counts = call("get", "/v1/journeys/welcome/counts")[1]
    assert counts["nodes"]["start"] == {"inside": 1, "passed": 2}
    assert counts["ended"] == {"completed": 1}
    assert counts["refused"] == {"already_entered": 1}
    (refusal,) = call("get", "/v1/journeys/welcome/refusals")[1]["data"]
    assert refusal["reason"] == "already_entered"


def test_another_workspace_sees_nothing(client, brand):
    from tests.factories import workspace  # noqa: PLC0415

    brand.live(journey())
    headers = bearer(api_key(workspace(), "journeys:read", "runs:read"))
    assert client.get("/v1/journeys", headers=headers).json()["data"] == []
    assert client.get("/v1/journeys/welcome", headers=headers).status_code == 404
