"""What came in can be read back by those who may, page by page, each workspace its own."""

import pytest

from tests import factories
from tests.audiences.events import drain
from tests.audiences.sender import Sender, basic, track

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(sender):
    headers = factories.bearer(factories.api_key(sender.workspace, "events:read"))
    return lambda path: sender.client.get(path, headers=headers)


def test_events_are_listed_newest_first_page_by_page(sender, reader):
    for number in range(5):
        sender.batch(track(number, event=f"e{number}", properties={"n": number}))
    first = reader("/v1/events?limit=3").json()
    second = reader(f"/v1/events?limit=3&cursor={first['next']}").json()
    assert [row["name"] for row in first["data"] + second["data"]] == ["e4", "e3", "e2", "e1", "e0"]
    assert second["next"] is None
    assert first["data"][0]["properties"] == {"n": 4}
    assert first["data"][0]["received_at"] == "2026-03-02T12:00:00Z"


def test_events_of_one_user_and_of_one_name(sender, reader):
    sender.batch(track(1), track(2, userId="u2"), track(3, event="view"))
    drain()
    assert [row["user_id"] for row in reader("/v1/events?user_id=u2").json()["data"]] == ["u2"]
    assert [row["name"] for row in reader("/v1/events?name=view").json()["data"]] == ["view"]
    assert reader("/v1/events?user_id=nobody").json()["data"] == []


def test_another_workspaces_events_are_not_shown(sender, reader):
    other = factories.workspace()
    Sender(other, basic(factories.api_key(other))).batch(track())
    assert reader("/v1/events").json()["data"] == []


def test_refused_items_are_listed(sender, reader):
    sender.batch(track(1), track(2, userId=""))
    (row,) = reader("/v1/refusals").json()["data"]
    assert (row["message_id"], row["field"], row["reason"]) == ("m2", "userId", "missing")


def test_a_write_key_cannot_read(sender):
    assert sender.client.get("/v1/events", headers=sender.headers).status_code == 403
