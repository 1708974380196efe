"""One click ends a subscription: without log-in or cookie, but never by a mere look at the page or a forged link."""

from urllib.parse import urlsplit

import pytest
from django.test import Client

from compliance import audit
from compliance.consent.consents import GRANTED, WITHDRAWN, consents_of, grant
from compliance.consent.links import Subscription, links_for, read_token, token_for
from config.kit.ids import uuid7
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def workspace():
    return factories.workspace()


@pytest.fixture
def person(workspace):
    person_id = uuid7()
    grant(workspace.pk, person_id, channel="email", purpose="marketing", source="form", at=NOON)
    return person_id


@pytest.fixture
def paths(workspace, person):
    return {name: urlsplit(url).path for name, url in links_for(workspace.pk, person, "marketing").items()}


@pytest.fixture
def strict():
    return Client(enforce_csrf_checks=True)


def state(workspace, person):
    return consents_of(workspace.pk, person).get().state


def test_looking_at_the_page_changes_nothing(strict, workspace, person, paths):
    for method in (strict.get, strict.head):
        answer = method(paths["unsubscribe"])
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
    assert state(workspace, person) == GRANTED


def test_a_mail_programs_one_click_withdraws_once(strict, workspace, person, paths):
    for _ in range(2):
        answer = strict.post(paths["unsubscribe"], ONE_CLICK)
        assert (answer.status_code, answer.cookies) == (200, {})
    assert state(workspace, person) == WITHDRAWN
    entry = audit.entries(workspace.pk, action="consent.withdrawn").get()
    assert (entry.person_id, entry.payload["source"]) == (person, "unsubscribe link")


def test_one_click_may_come_form_encoded_too(strict, workspace, person, paths):
    answer = strict.post(
        paths["unsubscribe"], "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
    )
    assert (answer.status_code, state(workspace, person)) == (200, WITHDRAWN)


def test_a_post_without_the_words_of_the_standard_changes_nothing(strict, workspace, person, paths):
    assert strict.post(paths["unsubscribe"], {"x": "y"}).status_code == 400
    assert strict.delete(paths["unsubscribe"]).status_code == 405
    assert state(workspace, person) == GRANTED


def test_a_forged_or_truncated_link_changes_nothing(strict, workspace, person, paths):
    token = paths["unsubscribe"].rsplit("/", 1)[1]
    bad = [token[:-1], token[:-8], token[4:], token[::-1], "A" * len(token), "x", "é", "A" * 500]
    bad += [token[:n] + ("A" if token[n] != "A" else "B") + token[n + 1 :] for n in range(0, len(token), 3)]
    bad += [token[:-1] + last for last in "ABCDEFGHwxyz0123456789-_" if last != token[-1]]
    for text in bad:
        for kind in ("unsubscribe", "subscription"):
            answer = strict.post(f"/{kind}/{text}", {**ONE_CLICK, "state": WITHDRAWN})
            assert answer.status_code == 404, text
    assert state(workspace, person) == GRANTED


def test_the_preference_page_shows_and_changes_the_decision(strict, workspace, person, paths):
    strict.post(paths["unsubscribe"], ONE_CLICK)
    assert "Subscribe again" in strict.get(paths["preferences"]).content.decode()
    assert strict.post(paths["preferences"], {"state": GRANTED}).status_code == 200
    assert state(workspace, person) == GRANTED
    assert strict.post(paths["preferences"], {"state": "x"}).status_code == 400


def test_the_page_speaks_the_readers_language_and_is_kept_nowhere(strict, paths):
    answer = strict.get(paths["unsubscribe"], headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert answer.headers["Content-Language"] == "zh-hans"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_links_of_an_earlier_key_work_while_it_is_a_fallback(settings, workspace, person):
    subscription = Subscription(workspace_id=workspace.pk, person_id=person, channel="email", purpose="marketing")
    token = token_for(subscription)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert read_token(token) == subscription
    settings.SECRET_KEY_FALLBACKS = []
    assert read_token(token) is None
