"""Hostile templates over the API: each is refused, or renders to nothing, on save, validation and preview, and soon."""

import json
import time

import pytest

from content.library.models import TemplateVersion
from tests.factories import api_key, bearer, workspace

pytestmark = pytest.mark.django_db
SECRETS = {"person": {"name": "Anni", "tenant": {"name": "brand"}}}
REFUSED_ON_SAVE = {
    "a dunder walk": "{{ ''.__class__.__mro__ }}",
    "a file": "{% include '/etc/passwd' %}",
    "another file": "{% render 'x' %}",
    "a call": "{{ person.delete() }}",
    "a link that runs": '<a href="java&#115;cript:alert(1)">x</a>',
    "a filter of another engine": "{{ person.name|attr('x') }}",
    "deep nesting": "{% if person.name %}" * 2000,
}
REFUSED_ON_PREVIEW = {
    "nested loops": "{% for i in (1..5000) %}{% for j in (1..5000) %}x{% endfor %}{% endfor %}",
    "a string bomb": "{% assign a = 'aaaaaaaaaa' %}"
    + "{% assign a = a | append: a | append: a | append: a | append: a | append: a %}" * 12
    + "{{ a }}",
    "a long range": "{{ (1..1000000000) | join: 'x' }}",
    "a secret of another object": "{{ person.tenant.api_secret }}",
}


@pytest.fixture
def post(client):
    headers = bearer(api_key(workspace(), "templates:write"))

    def send(path, body):
        before = time.monotonic()
        answer = client.post(path, data=json.dumps(body), content_type="application/json", headers=headers)
        assert time.monotonic() - before < 8
        return answer

    return send


def mail(source):
    return {"key": "attack", "channel": "email", "subject": "x", "html": source}


@pytest.mark.parametrize("attack", REFUSED_ON_SAVE)
def test_what_cannot_be_right_is_not_saved(attack, post):
    answer = post("/v1/templates", mail(REFUSED_ON_SAVE[attack]))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == "/html"
    looked = post("/v1/templates/validate", mail(REFUSED_ON_SAVE[attack])).json()
    assert (looked["valid"], looked["problems"][0]["path"]) == (False, "/html")
    assert not TemplateVersion.objects.exists()


@pytest.mark.parametrize("attack", REFUSED_ON_PREVIEW)
def test_what_explodes_when_rendered_meets_a_limit_in_the_preview(attack, post):
    assert post("/v1/templates", mail(REFUSED_ON_PREVIEW[attack])).status_code == 201
    assert post("/v1/templates/validate", mail(REFUSED_ON_PREVIEW[attack])).json()["valid"] is True
    assert post("/v1/templates/attack/preview", SECRETS).status_code == 422


def test_a_preview_shows_the_variant_asked_for(post):
    variants = [{"channel": "sms", "locale": "zh-Hans", "body": "您好"}]
    post("/v1/templates", mail("<p>Hi</p>") | {"variants": variants})
    shown = post("/v1/templates/attack/preview", {"channel": "sms", "language": "zh"}).json()
    assert shown["body"] == "您好"
    assert post("/v1/templates/attack/preview", {"channel": "push"}).json()["errors"][0]["path"] == "/channel"
    assert post("/v1/templates/attack/preview", {"channel": 7}).status_code == 422
