"""Who is let in by a key, and what a refused caller is told."""

import base64
from datetime import timedelta
from typing import ClassVar

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import path
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.access import authentication
from compliance.access.keys import create_key, revoke_key
from compliance.access.models import ApiKey
from compliance.access.workspaces import create_workspace
from config.kit import clock
from config.kit.actors import SYSTEM, current_actor
from config.kit.errors import InputRefused
from tests.factories import NOON, api_key, bearer, workspace

pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


class Who(APIView):
    scope: ClassVar = {"GET": "segments:read", "POST": "events:write"}

    def get(self, request):
        actor = current_actor()
        return Response({"workspace": request.auth.workspace_id, "actor": actor.name, "kind": actor.kind})

    post = get


class Nameless(APIView):
    def get(self, request):
        return Response({})


urlpatterns = [path("v1/who", Who.as_view()), path("v1/nameless", Nameless.as_view())]


@pytest.fixture(autouse=True)
def nothing_remembered():
    authentication.remembered.clear()


@pytest.fixture(name="workspace")
def own_workspace():
    return workspace()


def basic(text):
    return {"Authorization": "Basic " + base64.b64encode(f"{text}:".encode()).decode()}


def test_the_key_decides_the_workspace_and_the_actor(client, workspace):
    create_workspace("other", name="Other", now=NOON)
    key = api_key(workspace, "segments:read")
    answer = client.get("/v1/who", headers=bearer(key)).json()
    assert answer == {"workspace": workspace.pk, "actor": f"test · {key[:10]}", "kind": "key"}
    assert current_actor() == SYSTEM


def test_a_write_key_sends_events_as_basic_auth_user_and_can_do_nothing_else(client, workspace):
    key = api_key(workspace)
    assert client.post("/v1/who", headers=basic(key)).status_code == 200
    refused = client.get("/v1/who", headers=basic(key))
    assert (refused.status_code, "segments:read" in refused.json()["detail"]) == (403, True)


def test_the_right_to_write_includes_the_right_to_read(client, workspace):
    assert client.get("/v1/who", headers=bearer(api_key(workspace, "segments:write"))).status_code == 200
    assert client.post("/v1/who", headers=bearer(api_key(workspace, "segments:write"))).status_code == 403


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer sk_unknown"},
        {"Authorization": "Bearer " + "x" * 500},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic " + base64.b64encode(b"\xff\xfe:").decode()},
        {"Authorization": "Basic " + base64.b64encode(b":password").decode()},
        {"Authorization": "Digest abc"},
    ],
)
def test_missing_and_malformed_credentials_are_401_with_a_challenge(client, header):
    answer = client.get("/v1/who", headers=header)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert answer.json()["detail"]


def test_an_expired_key_is_refused_and_told_so(client, workspace):
    _key, text = create_key(
        workspace, kind="secret", scopes=["segments:read"], name="k", now=NOON, expires_at=NOON + timedelta(days=1)
    )
    with clock.at(NOON):
        assert client.get("/v1/who", headers=bearer(text)).status_code == 200
    with clock.at(NOON + timedelta(days=1)):
        answer = client.get("/v1/who", headers=bearer(text))
    assert (answer.status_code, "expired" in answer.json()["detail"]) == (401, True)


def test_a_revoked_key_is_refused_once_it_is_forgotten(client, workspace):
    key, text = create_key(workspace, kind="secret", scopes=["segments:read"], name="k", now=NOON)
    revoke_key(key, now=NOON)
    answer = client.get("/v1/who", headers=bearer(text))
    assert (answer.status_code, "revoked" in answer.json()["detail"]) == (401, True)


def test_a_view_without_a_scope_is_closed(client, workspace):
    assert client.get("/v1/nameless", headers=bearer(api_key(workspace, "segments:write"))).status_code == 403


def test_a_key_seen_within_ten_seconds_is_not_looked_up_again(client, workspace):
    headers = bearer(api_key(workspace, "segments:read"))
    client.get("/v1/who", headers=headers)
    with CaptureQueriesContext(connection) as queries:
        client.get("/v1/who", headers=headers)
    assert not [query for query in queries.captured_queries if "apikey" in query["sql"]]


def test_the_last_use_is_noted_at_most_once_a_minute(client, workspace):
    headers = bearer(api_key(workspace, "segments:read"))
    noted = []
    for seconds in (0, 30, 90):
        authentication.remembered.clear()
        with clock.at(NOON + timedelta(seconds=seconds)):
            client.get("/v1/who", headers=headers)
        noted.append((ApiKey.objects.get().last_used_at - NOON).seconds)
    assert noted == [0, 0, 90]


def test_only_the_digest_of_a_key_is_stored(workspace):
    key, text = create_key(workspace, kind="secret", scopes=[], name="k", now=NOON)
    assert text.startswith("sk_")
    assert text not in str(ApiKey.objects.filter(pk=key.pk).values().get())
    assert key.prefix == text[:10]


def test_an_unknown_scope_is_refused(workspace):
    with pytest.raises(InputRefused):
        create_key(workspace, kind="secret", scopes=["approvals:write"], name="k", now=NOON)
