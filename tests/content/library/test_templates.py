"""Defining templates: what is refused, what makes a version, what the trail keeps."""

import pytest

from compliance.audit import entries
from config.kit.errors import InputRefused
from content.library.templates import define, live_version, live_versions, stored_templates
from tests.factories import NOON, actor, workspace

pytestmark = pytest.mark.django_db
GOOD = {"key": "hello", "channel": "email", "subject": "Hi", "body": "text"}


@pytest.fixture
def brand():
    return workspace().pk


def put(brand, raw):
    return define(brand, raw, actor=actor(), now=NOON)


def test_the_same_definition_again_is_no_new_version_and_a_change_is_one(brand):
    first = put(brand, GOOD)
    assert put(brand, dict(reversed(GOOD.items()))).live_id == first.live_id
    assert put(brand, GOOD | {"body": "other"}).live.number == 2
    assert entries(brand, action="template.published").count() == 2


def test_the_live_version_is_found_by_key_within_its_workspace(brand):
    put(brand, GOOD)
    assert live_version(brand, "hello").number == 1
    assert live_version(workspace().pk, "hello") is None
    assert set(live_versions(brand, ["hello", "nope"])) == {"hello"}


def test_an_old_version_stays_what_it_was(brand):
    old = put(brand, GOOD).live_id
    put(brand, GOOD | {"subject": "New"})
    assert stored_templates([old])[old].program.render({}).subject == "Hi"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"key": ""}, "/key"),
        ({"key": "a b"}, "/key"),
        ({"key": "x" * 101}, "/key"),
        ({"key": 7}, "/key"),
        ({"key": "validate"}, "/key"),
        ({"channel": "pigeon"}, "/channel"),
        ({"channel": ["email"]}, "/channel"),
        ({"subject": None}, "/subject"),
        ({"subject": "a\r\nBcc: x@example.com"}, "/subject"),
        ({"subject": "a\u2028b"}, "/subject"),
        ({"subject": "x" * 901}, "/subject"),
        ({"body": None}, "/body"),
        ({"body": "a\x00b"}, "/body"),
        ({"body": "a\ud800b"}, "/body"),
        ({"body": ["a"]}, "/body"),
        ({"html": "x" * 200_001}, "/html"),
        ({"html": "{% include 'passwords' %}"}, "/html"),
        ({"html": "{{ person.name | safe }}"}, "/html"),
        ({"html": "line\n{% if person.vip %}"}, "/html"),
        ({"locale": "EN_us!"}, "/locale"),
        ({"tags": "promo"}, "/tags"),
        ({"tags": [1]}, "/tags"),
        ({"tags": ["x"] * 51}, "/tags"),
        ({"boddy": "x"}, "/boddy"),
        ({"note": {"a": 1}}, "/note"),
    ],
)
def test_a_bad_definition_is_refused_with_its_place_and_leaves_nothing(brand, change, path):
    with pytest.raises(InputRefused) as refused:
        put(brand, GOOD | change)
    assert path in [problem.path for problem in refused.value.problems]
    assert all(problem.hint for problem in refused.value.problems)
    assert live_version(brand, "hello") is None


@pytest.mark.parametrize("raw", [None, [], "x", 7, {}])
def test_what_is_no_template_is_refused(brand, raw):
    with pytest.raises(InputRefused):
        put(brand, raw)


def test_every_fault_is_named_at_once(brand):
    with pytest.raises(InputRefused) as refused:
        put(brand, {"key": "", "channel": "", "locale": 1})
    assert {problem.path for problem in refused.value.problems} == {"/key", "/channel", "/locale"}


def test_a_template_keeps_its_channel(brand, monkeypatch):
    monkeypatch.setattr("content.library.definition.CHANNELS", {"email": (), "sms": ()})
    put(brand, GOOD)
    with pytest.raises(InputRefused):
        put(brand, GOOD | {"channel": "sms"})


def test_the_words_of_other_languages_may_be_keys(brand):
    assert put(brand, GOOD | {"key": "感谢-1", "locale": "zh-Hans"}).live.number == 1
