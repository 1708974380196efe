"""The segments' API: definitions in, members and previews out, every refusal with its place."""

import pytest

from compliance.jobs import find_job, run_all
from tests.audiences.events import come, row
from tests.factories import api_key, bearer, workspace

pytestmark = pytest.mark.django_db
LOYAL = {"key": "loyal", "name": "Loyal buyers", "where": {"did": "buy", "times": {"at_least": 2}}}


@pytest.fixture
def brand():
    return workspace()


@pytest.fixture
def call(client, brand):
    headers = bearer(api_key(brand, "segments:write"))

    def send(method, path, body=None):
        return getattr(client, method)(f"/v1/segments{path}", body, content_type="application/json", headers=headers)

    return send


def test_a_segment_is_defined_read_changed_and_archived(call, brand):
    come(row(brand.id, user="u"), row(brand.id, user="u"), row(brand.id, user="v"))
    made = call("post", "", LOYAL)
    assert (made.status_code, made.json()["version"], made.json()["members"]) == (201, 1, 1)
    assert call("post", "", LOYAL).status_code == 200
    assert call("put", "/loyal", {"where": {"did": "buy"}}).json()["members"] == 2
    shown = call("get", "/loyal").json()
    assert (shown["version"], shown["name"], shown["used_by"]) == (2, "loyal", [])
    assert call("delete", "/loyal").status_code == 204
    assert call("get", "/loyal").status_code == 404
    assert call("get", "").json() == {"data": [], "next": None}


def test_members_come_in_pages(call, brand):
    come(*(row(brand.id, user=f"u{index}") for index in range(5)))
    call("post", "", {"key": "buyers", "where": {"did": "buy"}})
    first = call("get", "/buyers/members?limit=3").json()
    second = call("get", f"/buyers/members?limit=3&cursor={first['next']}").json()
    assert {one["user_id"] for one in first["data"] + second["data"]} == {f"u{index}" for index in range(5)}
    assert second["next"] is None


def test_a_preview_counts_and_saves_nothing(call, brand):
    come(row(brand.id, user="u"), row(brand.id, user="v", name="view"))
    found = call("post", "/preview", {"where": {"did": "buy"}}).json()
    assert (found["count"], found["exact"], found["people"]) == (1, True, 2)
    assert [(one["name"], one["why"]["actual"]) for one in found["sample"]] == [("u", 1)]
    assert call("get", "").json()["data"] == []


def test_a_preview_answers_the_parts_that_are_asked_for(call, brand):
    come(row(brand.id, user="u"))
    found = call("post", "/preview", {"where": {"did": "buy"}, "parts": ["funnel", "reachable"], "seed": 3}).json()
    assert [one["count"] for one in found["funnel"]] == [1]
    assert {"channel": "email", "no_address": 1}.items() <= found["reachable"][0].items()
    assert "sample" not in found
    refused = call("post", "/preview", {"where": {"did": "buy"}, "parts": ["all"], "seed": -1}).json()
    assert [one["path"] for one in refused["errors"]] == ["/parts", "/seed"]


def test_a_refusal_names_the_place_and_the_way_out(call):
    refused = call("post", "", {"key": "x", "where": {"all": [{"trait": "city", "is": "equals", "value": 1}]}})
    assert refused.status_code == 422
    problem = {"path": "/where/all/0/is", "message": 'unknown operator "equals"', "hint": "did you mean eq?"}
    assert refused.json()["errors"] == [problem]


HOSTILE = {
    "deep": '{"key": "x", "where": ' + '{"not": ' * 5_000 + "{}" + "}" * 5_000 + "}",
    "shallow enough to parse": '{"key": "x", "where": ' + '{"not": ' * 60 + "{}" + "}" * 60 + "}",
    "many": '{"key": "x", "where": {"any": [' + ",".join(['{"trait": "a", "is": "exists"}'] * 10_000) + "]}}",
    "pattern": '{"key": "x", "where": {"trait": "a", "is": "matches", "value": "(a*)*\\\\1"}}',
    "heavy pattern": '{"key": "x", "where": {"trait": "a", "is": "matches", "value": "((a{100}){100}){100}"}}',
    "digits": '{"key": "x", "where": {"trait": "a", "is": "eq", "value": ' + "9" * 5_000 + "}}",
    "many digits": '{"key": "x", "where": {"did": "a", "times": {"at_least": ' + "9" * 4_000 + "}}}",
    "infinite": '{"key": "x", "where": {"trait": "a", "is": "eq", "value": 1e999}}',
    "nul": '{"key": "x", "where": {"trait": "a\\u0000", "is": "exists"}}',
    "surrogate": '{"key": "x", "where": {"trait": "a", "is": "eq", "value": "\\ud800"}}',
    "proto": '{"key": "x", "where": {"__proto__": "a"}}',
    "no object": "[1]",
    "not json": "{",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_definition_is_a_clear_refusal(call, body):
    for method, path in (("post", ""), ("post", "/preview"), ("put", "/x")):
        answer = call(method, path, body)
        assert answer.status_code in {400, 413, 422}, answer.content
        assert answer.json()["errors"], answer.content


def test_a_catastrophic_pattern_is_judged_in_linear_time(call, brand):
    come(row(brand.id, user="u", kind=2, name="identify", properties={"bio": "a" * 20_000 + "!"}))
    made = call("post", "", {"key": "x", "where": {"trait": "bio", "is": "matches", "value": "^(a+)+$"}})
    assert (made.status_code, made.json()["members"]) == (201, 0)


def test_a_key_without_the_scope_is_turned_away(client, brand):
    headers = bearer(api_key(brand, "people:read"))
    assert client.get("/v1/segments", headers=headers).status_code == 403


def test_members_of_a_static_segment_are_put_in_and_taken_out(call, brand):
    come(row(brand.id, user="u"), row(brand.id, user="v"))
    assert call("post", "", {"key": "vip", "kind": "static"}).status_code == 201
    done = call("put", "/vip/members", {"user_ids": ["u", "v", "nobody"]}).json()
    assert done == {"changed": 2, "unchanged": 0, "kept_out": 0, "unknown": 1}
    first = call("get", "/vip/members").json()["data"][0]
    assert call("delete", "/vip/members", {"person_ids": [first["id"]]}).json()["changed"] == 1
    assert call("get", "/vip").json()["members"] == 1
    assert call("put", "/vip/members", {"person_ids": ["x"]}).json()["errors"][0]["path"] == "/person_ids/0"
    assert call("put", "/vip/members", []).status_code == 422
    call("post", "", {"key": "buyers", "where": {"did": "buy"}})
    assert call("put", "/buyers/members", {"user_ids": ["u"]}).status_code == 409


def test_members_are_filtered_by_when_they_entered(call, brand):
    come(row(brand.id, user="u"))
    call("post", "", {"key": "buyers", "where": {"did": "buy"}})
    assert len(call("get", "/buyers/members?entered_after=2026-01-01T00:00:00Z").json()["data"]) == 1
    assert call("get", "/buyers/members?entered_before=2026-01-01T00:00:00Z").json()["data"] == []
    assert call("get", "/buyers/members?entered_before=yesterday").status_code == 422


def test_versions_are_listed_told_apart_compared_and_restored(call, brand):
    come(row(brand.id, user="u"), row(brand.id, user="v", name="view"))
    call("post", "", {"key": "a", "where": {"did": "buy"}})
    call("put", "/a", {"where": {"did": "view"}, "note": "views count"})
    found = call("get", "/a/versions").json()["data"]
    assert [(one["number"], one["live"], one["note"]) for one in found] == [(2, True, "views count"), (1, False, "")]
    assert found[0]["changes"] == ["did “buy” at least once → did “view” at least once"]
    assert call("get", "/a/versions/1").json()["definition"]["where"]["did"] == "buy"
    assert call("get", "/a/versions/9").status_code == 404
    compared = call("post", "/a/compare", {"where": {"did": "buy"}}).json()
    assert (compared["joined"], compared["left"], compared["exact"]) == (1, 1, True)
    assert call("post", "/a/restore", {"version": 1}).json()["version"] == 3
    call("delete", "/a")
    assert call("post", "/a/restore", {}).json()["version"] == 3
    assert call("post", "/a/restore", {"version": 99}).status_code == 404
    assert call("get", "/a/used-by").json() == {"data": []}


def test_long_work_answers_with_a_job(client, brand):
    headers = bearer(api_key(brand, "segments:write", "people:read"))

    def post(path, body=None):
        return client.post(f"/v1/segments{path}", body, content_type="application/json", headers=headers)

    come(row(brand.id, user="u"))
    post("", {"key": "buyers", "where": {"did": "buy"}})
    assert client.get("/v1/segments/buyers", headers=headers).json()["computing"]["state"] == "ready"
    started = [post("/count", {"where": {"did": "buy"}}), post("/buyers/recompute"), post("/buyers/export")]
    assert [answer.status_code for answer in started] == [202] * 3
    assert run_all() == 3
    results = [find_job(brand.id, answer.json()["job_id"]).result for answer in started]
    assert (results[0]["count"], results[1]["segment"], results[2]["rows"]) == (1, "buyers", 1)
    assert post("/count", {}).status_code == 422
