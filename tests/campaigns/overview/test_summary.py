"""The summary counts what is stored, of its own workspace only."""

import json

import pytest

from config.kit import clock
from tests.factories import NOON, api_key, bearer
from tests.factories import workspace as make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture(name="workspace")
def own_workspace():
    return make_workspace()


def send(client, of, batch):
    with clock.at(NOON):
        return client.post(
            "/v1/batch",
            data=json.dumps({"batch": batch}),
            content_type="application/json",
            headers=bearer(api_key(of)),
        )


def track(message_id, event="purchase"):
    return {"type": "track", "event": event, "userId": "u1", "messageId": message_id}


def read(client, of, path="/v1/summary"):
    return client.get(path, headers=bearer(api_key(of, "summary:read"))).json()


def test_events_repetitions_and_refusals_are_counted(client, workspace):
    send(client, workspace, [track("a"), track("b"), track("c", "view"), {"type": "track", "userId": "u1"}])
    send(client, workspace, [track("a"), track("b")])
    found = read(client, workspace)
    assert found["events"] == {"stored": 3, "by_name": {"purchase": 2, "view": 1}}
    assert found["duplicates"] == 2
    assert sum(found["refused"].values()) == 1


def test_another_workspace_sees_nothing_of_it(client, workspace):
    send(client, workspace, [track("a")])
    send(client, workspace, [track("a")])
    found = read(client, make_workspace())
    assert (found["events"]["stored"], found["duplicates"]) == (0, 0)


def test_stored_events_wait_until_they_are_processed(client, workspace):
    send(client, workspace, [track(f"m{n}") for n in range(7)])
    assert read(client, workspace, "/v1/summary/waiting") == {"events": 7, "actions": 0, "runs": 0, "messages": 0}
