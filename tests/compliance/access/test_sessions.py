"""Log-in and log-out are on the trail; a session that nobody uses ends, and its end says why."""

from datetime import timedelta

import pytest
from django.urls import reverse

from compliance.audit import entries
from config.kit import clock
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture
def workspace():
    return factories.workspace()


@pytest.fixture
def user(workspace):
    return factories.user(workspace)


def log_in(client, user, *, password=PASSWORD, then="/people/"):
    return client.post(reverse("login"), {"username": user.username, "password": password, "next": then})


def told(workspace) -> list[str]:
    return [entry.action for entry in entries(workspace.pk, action__startswith="session.")]


def test_log_in_log_out_and_a_wrong_password_are_on_the_trail(client, workspace, user):
    assert log_in(client, user, password="wrong").status_code == 422
    assert log_in(client, user).url == "/people/"
    client.post(reverse("logout"))
    assert told(workspace) == ["session.ended", "session.began", "session.refused"]
    assert {entry.actor for entry in entries(workspace.pk, action="session.began")} == {user.username}


def test_a_session_that_nobody_uses_ends_and_says_why(client, workspace, user, settings):
    settings.SESSION_IDLE_MINUTES = 60
    start = clock.now()
    log_in(client, user)
    with clock.at(start + timedelta(minutes=59)):
        assert client.get("/people/").status_code == 200
    with clock.at(start + timedelta(minutes=118)):
        assert client.get("/people/").status_code == 200
    with clock.at(start + timedelta(minutes=180)):
        answer = client.get("/people/?q=mia")
        assert answer.url == "/login/?next=/people/%3Fq%3Dmia"
        assert "60 minutes without a sign of you" in client.get(answer.url).content.decode()
    assert told(workspace)[0] == "session.ran_out"


def test_what_a_page_asks_for_by_itself_keeps_nobody_logged_in(client, user, settings):
    settings.SESSION_IDLE_MINUTES = 60
    start = clock.now()
    log_in(client, user)
    part = {"HX-Request": "true", "HX-Target": "people-list", "X-Unattended": "1"}
    with clock.at(start + timedelta(minutes=40)):
        assert client.get("/people/", headers=part).status_code == 200
    with clock.at(start + timedelta(minutes=70)):
        answer = client.get("/people/", headers=part)
    assert answer.status_code == 401
    assert answer["HX-Redirect"].startswith("/login/?next=")


def test_a_sign_of_life_prolongs_the_session(client, user):
    start = clock.now()
    log_in(client, user)
    with clock.at(start + timedelta(minutes=50)):
        assert client.post(reverse("session-stay")).status_code == 204
    with clock.at(start + timedelta(minutes=100)):
        assert client.get("/people/").status_code == 200
    client.post(reverse("logout"))
    assert client.post(reverse("session-stay")).status_code == 401
