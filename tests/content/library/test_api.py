"""Templates over the API: versions come by changing, faults are named by place."""

import json

import pytest

from tests.factories import api_key, bearer, workspace

pytestmark = pytest.mark.django_db
HELLO = {"key": "hello", "channel": "email", "subject": "Hi {{ person.name | default: 'you' }}", "body": "text"}


@pytest.fixture
def call(client):
    headers = bearer(api_key(workspace(), "templates:write"))

    def send(method, path, body=None):
        if method == "get":
            return client.get(path, headers=headers)
        return getattr(client, method)(path, data=json.dumps(body), content_type="application/json", headers=headers)

    return send


def test_a_template_is_defined_and_read_back(call, client):
    assert call("post", "/v1/templates", HELLO).status_code == 201
    shown = call("get", "/v1/templates/hello").json()
    assert (shown["subject"], shown["version"]) == (HELLO["subject"], 1)


def test_the_same_again_adds_no_version_and_a_change_does(call):
    versions = [call("post", "/v1/templates", body).json()["version"] for body in (HELLO, HELLO)]
    versions.append(call("put", "/v1/templates/hello", HELLO | {"subject": "Hello"}).json()["version"])
    assert versions == [1, 1, 2]


def test_faults_are_named_by_place(call):
    answer = call("post", "/v1/templates", {"key": "x", "channel": "pigeon", "body": "{% if %}"})
    assert answer.status_code == 422
    assert "/channel" in [error["path"] for error in answer.json()["errors"]]
    assert call("put", "/v1/templates/other", HELLO).json()["errors"][0]["path"] == "/key"
    assert call("post", "/v1/templates", []).status_code == 422


def test_an_unknown_template_is_404_and_the_list_has_pages(call):
    for number in range(3):
        call("post", "/v1/templates", HELLO | {"key": f"t{number}"})
    assert call("get", "/v1/templates/none").status_code == 404
    page = call("get", "/v1/templates?limit=2").json()
    assert [row["key"] for row in page["data"]] == ["t0", "t1"]
    assert [row["key"] for row in call("get", f"/v1/templates?cursor={page['next']}").json()["data"]] == ["t2"]


def test_a_preview_renders_and_sends_nothing(call):
    call("post", "/v1/templates", HELLO | {"html": "<p>{{ person.name }} {{ oops.x }}</p>"})
    missing = call("post", "/v1/templates/hello/preview", {"person": {"name": "<Anni>"}})
    assert (missing.status_code, missing.json()["errors"][0]["path"]) == (422, "/oops/x")
    call("put", "/v1/templates/hello", HELLO | {"html": "<p>{{ person.name }}{% if oops.x %}!{% endif %}</p>"})
    shown = call("post", "/v1/templates/hello/preview", {"person": {"name": "<Anni>"}}).json()
    assert (shown["subject"], shown["html"]) == ("Hi <Anni>", "<p>&lt;Anni&gt;</p>")
    assert [warning["path"] for warning in shown["warnings"]] == ["/html"]


@pytest.mark.parametrize("body", [[], {"people": {}}, {"person": 7}])
def test_a_preview_of_something_else_is_refused(call, body):
    call("post", "/v1/templates", HELLO)
    assert call("post", "/v1/templates/hello/preview", body).status_code == 422
    assert call("post", "/v1/templates/none/preview", {}).status_code == 404


def test_versions_are_kept_newest_first(call):
    for subject in ("a", "b"):
        call("post", "/v1/templates", HELLO | {"subject": subject})
    versions = call("get", "/v1/templates/hello/versions").json()["data"]
    assert [(v["number"], v["definition"]["subject"]) for v in versions] == [(2, "b"), (1, "a")]
