"""A form is carried out once, whole or not at all; refusals, conflicts and lapsed sessions look alike everywhere."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from compliance.access import preferences
from compliance.access.models import User
from config.kit.forms import rev_of
from tests import factories

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "preferences"}


@pytest.fixture
def user(client) -> User:
    made = factories.user(factories.workspace())
    client.force_login(made)
    return made


def send(client, user, headers=None, **changes):
    form = {**preferences.of(user), "rev": rev_of(preferences.of(user)), "form_key": "one"}
    return client.post(reverse("preferences"), {**form, **changes}, headers=headers)


def test_a_form_is_stored_and_the_page_says_so(client, user):
    answer = send(client, user, zone="Asia/Tokyo")
    assert (answer.status_code, answer["Location"]) == (302, reverse("preferences"))
    user.refresh_from_db()
    assert user.zone == "Asia/Tokyo"
    assert [str(said) for said in get_messages(answer.wsgi_request)] == ["Your preferences are stored."]


def test_htmx_is_sent_to_the_page_without_a_swap(client, user):
    answer = send(client, user, headers=HTMX, zone="Asia/Tokyo")
    assert (answer.status_code, answer["HX-Redirect"]) == (204, reverse("preferences"))


def test_a_refused_field_is_named_described_and_focused(client, user):
    answer = send(client, user, headers=HTMX, zone="Mars/Olympus", theme="dark")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert html.strip().startswith('<form class="form')
    assert "“Mars/Olympus” is not known." in html
    assert 'name="zone" aria-invalid="true" data-autofocus aria-describedby="zone-error zone-hint"' in html
    assert '<option value="dark" selected>' in html
    user.refresh_from_db()
    assert (user.zone, user.theme) == ("UTC", "light")


def test_a_form_that_arrives_twice_is_carried_out_once(client, user):
    before = preferences.of(user)
    send(client, user, zone="Asia/Tokyo")
    User.objects.filter(pk=user.pk).update(zone="UTC")
    again = client.post(
        reverse("preferences"), {**before, "zone": "Asia/Tokyo", "rev": rev_of(before), "form_key": "one"}
    )
    assert again.status_code == 302
    user.refresh_from_db()
    assert user.zone == "UTC"


def test_a_refused_form_may_be_sent_again_with_its_key(client, user):
    send(client, user, zone="Mars/Olympus")
    send(client, user, zone="Asia/Tokyo")
    user.refresh_from_db()
    assert user.zone == "Asia/Tokyo"


def test_a_stale_form_is_told_what_differs_and_may_insist(client, user):
    opened = preferences.of(user)
    User.objects.filter(pk=user.pk).update(theme="dark")
    form = {**opened, "zone": "Asia/Tokyo", "rev": rev_of(opened), "form_key": "two"}
    answer = client.post(reverse("preferences"), form)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "You, in another window, changed this while you were editing" in html
    assert "<td>light</td><td>dark</td>" in html
    assert "<html" in html
    assert "<html" not in client.post(reverse("preferences"), form, headers=HTMX).content.decode()
    user.refresh_from_db()
    assert (user.theme, user.zone) == ("dark", "UTC")
    stored = preferences.of(user)
    assert client.post(reverse("preferences"), {**form, "rev": rev_of(stored), "form_key": "three"}).status_code == 302
    user.refresh_from_db()
    assert (user.theme, user.zone) == ("light", "Asia/Tokyo")


def test_a_lapsed_session_leads_back_to_the_page_that_was_open(client):
    plain = client.post(reverse("preferences"), {"rev": "x"}, headers={"Referer": "http://testserver/preferences/"})
    assert (plain.status_code, plain["Location"]) == (302, "/login/?next=/preferences/")
    shown = {"HX-Request": "true", "HX-Current-URL": "http://testserver/people/?q=mia"}
    part = client.get(reverse("people"), headers=shown)
    assert (part.status_code, part["HX-Redirect"]) == (401, "/login/?next=/people/%3Fq%3Dmia")
    foreign = {"HX-Request": "true", "HX-Current-URL": "https://elsewhere.example/people/"}
    assert client.get(reverse("people"), headers=foreign)["HX-Redirect"] == "/login/?next=/"
