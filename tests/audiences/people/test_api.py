"""People can be listed, searched and looked up by those who may, each workspace its own."""

import pytest

from config.kit.ids import derived
from tests import factories
from tests.audiences.events import drain

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(sender):
    for number, name in enumerate(("ann", "bob", "eve")):
        sender.post("identify", {"userId": name, "traits": {"email": f"{name}@example.com", "name": name.title()}})
        sender.post("track", {"userId": name, "event": "buy", "timestamp": f"2026-03-01T0{number}:00:00Z"})
    drain()
    headers = factories.bearer(factories.api_key(sender.workspace, "people:read"))
    return lambda path: sender.client.get(path, headers=headers)


def names(answer):
    return [person["user_id"] for person in answer.json()["data"]]


def test_people_are_listed_page_by_page(reader):
    first = reader("/v1/people?limit=2")
    second = reader(f"/v1/people?limit=2&cursor={first.json()['next']}")
    assert sorted(names(first) + names(second)) == ["ann", "bob", "eve"]
    assert second.json()["next"] is None


@pytest.mark.parametrize("text", ["bob", "BO", "bob@exa", "Bob"])
def test_people_are_found_by_id_mail_and_name(reader, text):
    assert names(reader(f"/v1/people?search={text}")) == ["bob"]


def test_a_visitor_is_found_by_the_whole_anonymous_id(sender, reader):
    sender.post("track", {"anonymousId": "a-77", "event": "view"})
    drain()
    assert names(reader("/v1/people?search=a-77")) == [None]


def test_one_person_is_shown_with_identifiers(sender, reader):
    sender.post("track", {"anonymousId": "a/1", "event": "view"})
    sender.post("identify", {"userId": "ann", "anonymousId": "a/1"})
    drain()
    person = reader("/v1/people/ann").json()
    assert person["traits"] == {"email": "ann@example.com", "name": "Ann"}
    assert {(row["kind"], row["value"]) for row in person["identifiers"]} == {
        ("user", "ann"), ("anonymous", "a/1"), ("email", "ann@example.com"),
    }  # fmt: skip
    assert person["segments"] == []
    merged = derived(sender.workspace.pk, "anonymous", "a/1")
    assert reader(f"/v1/people/{merged}").json()["id"] == person["id"]


def test_nobody_is_a_404(reader):
    answer = reader("/v1/people/nobody")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")


def test_another_workspaces_people_are_not_shown(sender, reader):
    other = factories.bearer(factories.api_key(factories.workspace(), "people:read"))
    assert names(sender.client.get("/v1/people", headers=other)) == []
    assert sender.client.get("/v1/people/ann", headers=other).status_code == 404
