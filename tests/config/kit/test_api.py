"""Every refusal of the API has one form: problem JSON with the request's id."""

import json
import logging

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404
from django.urls import path
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import APIView

from config.kit.errors import Conflict, InputRefused, Problem

RAISED = {
    "refused": InputRefused([Problem(path="/where", message="is empty", hint="Name a condition.")]),
    "conflict": Conflict("A segment with this key exists."),
    "denied": PermissionDenied("no"),
    "anonymous": exceptions.NotAuthenticated(),
    "missing": Http404("No such segment."),
    "validation": exceptions.ValidationError({"a": {"b": ["is wrong"]}}),
    "bug": KeyError("secret detail"),
    "database": OperationalError("server closed the connection"),
}


class Raising(APIView):
    authentication_classes = ()
    permission_classes = ()

    def get(self, request, name):
        raise RAISED[name]

    def post(self, request, name):
        return Response({"got": request.data})


urlpatterns = [path("v1/raise/<name>", Raising.as_view())]
handler404 = "config.kit.api.not_found"
pytestmark = pytest.mark.urls(__name__)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("refused", 422),
        ("conflict", 409),
        ("denied", 403),
        ("missing", 404),
        ("validation", 422),
        ("bug", 500),
        ("database", 503),
    ],
)
def test_each_refusal_has_its_status_and_the_common_form(client, name, status, caplog):
    caplog.set_level(logging.CRITICAL)
    answer = client.get(f"/v1/raise/{name}", headers={"X-Request-Id": "abc123"})
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert set(body) == {"type", "title", "status", "detail", "request_id", "errors"}
    assert (body["status"], body["request_id"]) == (status, "abc123")


def test_errors_name_path_message_and_hint(client):
    body = client.get("/v1/raise/refused").json()
    assert body["errors"] == [{"path": "/where", "message": "is empty", "hint": "Name a condition."}]
    assert client.get("/v1/raise/validation").json()["errors"][0]["path"] == "/a/b"


def test_a_bug_is_logged_with_its_traceback_and_not_shown(client, caplog):
    answer = client.get("/v1/raise/bug")
    assert "secret detail" not in answer.content.decode()
    assert "secret detail" in caplog.text
    assert answer.json()["request_id"] in caplog.text


def test_an_unknown_address_below_v1_answers_in_the_same_form(client):
    answer = client.get("/v1/nothing")
    assert answer.status_code == 404
    assert answer.json()["detail"].startswith("Nothing lives at /v1/nothing")


def post(client, body, content_type="application/json"):
    return client.post("/v1/raise/x", data=body, content_type=content_type)


def test_malformed_json_is_400_a_forbidden_value_422_another_type_415_a_wrong_method_405(client):
    assert post(client, b"{").status_code == 400
    refused = post(client, b'{"a": NaN}')
    assert (refused.status_code, refused.json()["errors"][0]["path"]) == (422, "/a")
    assert post(client, b"a=1", "application/x-www-form-urlencoded").status_code == 415
    assert client.delete("/v1/raise/x").status_code == 405


def test_a_body_over_one_mebibyte_is_413(client):
    assert post(client, json.dumps("x" * 2_000_000)).status_code == 413
