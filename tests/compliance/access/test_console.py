"""The console's door: who gets in, and to which workspace."""

import pytest
from django.test import Client
from django.urls import reverse

from compliance.access.attempts import PER_NAME
from compliance.access.models import Member, User
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


def log_in(client: Client, username: str, password: str = PASSWORD) -> int:
    return client.post(reverse("login"), {"username": username, "password": password}).status_code


def test_a_stranger_is_sent_to_log_in_and_back(client):
    answer = client.get(reverse("home"))
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/")


def test_a_wrong_password_keeps_the_name_and_says_so(client):
    user = factories.user(factories.workspace())
    answer = client.post(reverse("login"), {"username": user.username, "password": "wrong"})
    assert answer.status_code == 422
    assert f'value="{user.username}"' in answer.content.decode()


def test_guessing_is_stopped_even_with_the_right_password(client):
    user = factories.user(factories.workspace())
    assert [log_in(client, user.username, "wrong") for _ in range(PER_NAME)] == [422] * PER_NAME
    assert log_in(client, user.username) == 429


def test_a_log_in_forgives_the_failures_before_it(client):
    user = factories.user(factories.workspace())
    for _ in range(PER_NAME - 1):
        log_in(client, user.username, "wrong")
    assert log_in(client, user.username) == 302
    assert log_in(Client(), user.username, "wrong") == 422


def test_a_user_without_a_workspace_sees_nothing_but_that(client):
    client.force_login(factories.user())
    answer = client.get(reverse("home"))
    assert answer.status_code == 403


def test_a_member_sees_the_chosen_workspace_and_never_a_stranger_s(client):
    first, second, foreign = (factories.workspace() for _ in range(3))
    user = factories.user(first)
    factories.set_role(user, workspace=second, role=Member.Role.VIEWER, now=factories.NOON)
    client.force_login(user)
    assert client.post(reverse("workspace"), {"workspace": second.pk}).status_code == 302
    assert second.name in client.get(reverse("home")).content.decode()
    assert client.post(reverse("workspace"), {"workspace": foreign.pk}).status_code == 403


def test_preferences_are_the_user_s_and_unknown_ones_are_refused(client):
    user = factories.user(factories.workspace())
    client.force_login(user)
    client.post(reverse("preferences"), {"language": "zh-hans", "zone": "Asia/Tokyo", "theme": "dark"})
    user.refresh_from_db()
    assert (user.language, user.zone, user.theme) == ("zh-hans", "Asia/Tokyo", "dark")
    assert '<html lang="zh-Hans" data-theme="dark"' in client.get(reverse("home")).content.decode()
    assert client.post(reverse("preferences"), {"zone": "Mars/Olympus"}).status_code == 400


def test_before_log_in_language_and_theme_live_in_cookies(client):
    client.post(reverse("preferences"), {"language": "zh-hans", "theme": "dark", "next": "/login/"})
    assert '<html lang="zh-Hans" data-theme="dark"' in client.get(reverse("login")).content.decode()


def test_a_form_leads_back_only_to_this_site(client):
    answer = client.post(reverse("preferences"), {"theme": "dark", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"


@pytest.mark.parametrize(
    ("first", "last", "shown"), [("岚", "林", "林岚"), ("Grace", "Okafor", "Grace Okafor"), ("", "", "user-name")]
)
def test_a_chinese_name_begins_with_the_family_s(first, last, shown):
    assert User(username="user-name", first_name=first, last_name=last).shown_name == shown
