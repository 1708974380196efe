"""What the product says about itself when its servers are well, recovering or away."""

import json

import pytest
from django.db import OperationalError
from django.test import Client, override_settings
from django.urls import path

from config import health
from config.embedded.postgres import State
from config.urls import urlpatterns as real_urls


def _break(_request):
    raise OperationalError("the database system is in recovery mode")


urlpatterns = [*real_urls, path("broken", _break), path("v1/broken", _break)]
handler500 = "config.health.failure"


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False)


def test_healthz_answers_without_database_or_broker(visitor):
    assert visitor.get("/healthz").content == b"ok\n"


def test_readyz_names_each_server(visitor, db):
    answer = visitor.get("/readyz")
    assert (answer.status_code, json.loads(answer.content)) == (
        200,
        {"database": "ready", "broker": "ready", "status": "ready"},
    )


@pytest.mark.parametrize("state", [State.RECOVERING, State.AWAY])
def test_readyz_is_503_while_the_database_is_not_ready(visitor, monkeypatch, state):
    monkeypatch.setattr(health, "ping", lambda _conninfo: state)
    answer = visitor.get("/readyz")
    assert answer.status_code == 503
    assert json.loads(answer.content)["status"] == state


def test_a_missing_broker_only_degrades(visitor, db, monkeypatch):
    monkeypatch.setattr(health, "broker_answers", lambda: False)
    answer = visitor.get("/readyz")
    assert (answer.status_code, json.loads(answer.content)["status"]) == (200, "degraded")


@override_settings(ROOT_URLCONF="tests.config.test_health")
def test_a_recovering_database_is_a_503_that_says_so(visitor, monkeypatch):
    monkeypatch.setattr(health, "ping", lambda _conninfo: State.RECOVERING)
    page, api = visitor.get("/broken"), visitor.get("/v1/broken")
    assert (page.status_code, api.status_code) == (503, 503)
    assert "recovering" in page.content.decode()
    assert json.loads(api.content)["detail"] == health.RECOVERING
    assert page.headers["Retry-After"] == "1"
