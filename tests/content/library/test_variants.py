"""Variants: one template says the same on several channels and in several languages; the person's language chooses."""

import pytest

from config.kit.errors import InputRefused
from content.library.checking import look_over
from content.library.definition import checked
from content.library.templates import channels_of_templates, define, stored_templates
from content.library.variants import chain, choose
from tests.factories import NOON, actor, workspace

EN = {"key": "hello", "channel": "email", "subject": "Hi", "body": "text", "locale": "en"}
VARIANTS = [
    {"channel": "email", "locale": "zh-Hans", "subject": "您好", "body": "正文"},
    {"channel": "email", "locale": "zh-Hant", "subject": "您好嗎", "body": "正文"},
    {"channel": "sms", "locale": "en", "body": "Short"},
]


@pytest.mark.parametrize(
    ("channel", "language", "found"),
    [
        ("email", "en", "en"),
        ("email", "en-GB", "en"),
        ("email", "zh-Hant-HK", "zh-Hant"),
        ("email", "zh_hans", "zh-Hans"),
        ("email", "zh", "zh-Hans"),
        ("email", "de", "en"),
        ("email", "", "en"),
        ("sms", "zh-Hans", "sms"),
        ("push", "en", None),
    ],
)
def test_the_next_language_is_chosen(channel, language, found):
    there = {
        ("email", "en"): "en",
        ("email", "zh-Hans"): "zh-Hans",
        ("email", "zh-Hant"): "zh-Hant",
        ("sms", "en"): "sms",
    }
    assert choose(there, channel, language) == found


def test_a_language_loses_its_parts_from_the_end():
    assert chain("zh-Hant-HK") == ["zh-hant-hk", "zh-hant", "zh"]


@pytest.mark.django_db
def test_a_version_holds_its_variants_and_gives_each_person_theirs():
    brand = workspace().pk
    live = define(brand, EN | {"variants": VARIANTS}, actor=actor(), now=NOON).live_id
    stored = stored_templates([live])[live]
    assert stored.program_for("email", "zh-Hans-CN").render({}).subject == "您好"
    assert stored.program_for("email", None).render({}).subject == "Hi"
    assert stored.program_for("sms", ["zh"]).render({}).body == "Short"
    assert channels_of_templates(brand) == {"hello": "email,sms"}


@pytest.mark.parametrize(
    ("variants", "path"),
    [
        ("x", "/variants"),
        (["x"], "/variants/0"),
        ([{"channel": "pigeon"}], "/variants/0/channel"),
        ([{"channel": "sms", "locale": "en"}], "/variants/0/body"),
        ([{"channel": "sms", "body": "x", "oops": 1}], "/variants/0/oops"),
        ([{"channel": "email", "locale": "EN", "subject": "x", "body": "y"}], "/variants/0/locale"),
        ([{"channel": "push", "subject": "a\r\nb", "body": "y"}], "/variants/0/subject"),
        ([{"channel": "sms", "locale": f"a{n:02}", "body": "x"} for n in range(61)], "/variants"),
    ],
)
def test_a_bad_variant_is_refused_at_its_place(variants, path):
    with pytest.raises(InputRefused) as refused:
        checked(EN | {"variants": variants})
    assert path in [problem.path for problem in refused.value.problems]


def test_a_fault_in_a_variants_liquid_names_the_variant():
    report = look_over(checked(EN | {"variants": [{"channel": "sms", "body": "{% if %}"}]}))
    assert [problem.path for problem in report.problems] == ["/variants/0/body"]


def test_channels_that_say_the_same_are_not_adapted():
    said = "Your cart is still here and waits for you, come back and have a look at it today"
    mail = EN | {"body": f"Dear friend. {said}"}
    same = look_over(checked(mail | {"variants": [{"channel": "sms", "locale": "en", "body": said}]}))
    assert [(found.one, found.other) for found in same.alike] == [(("email", "en"), ("sms", "en"))]
    assert same.alike[0].percent < 40
    short = look_over(checked(mail | {"variants": [{"channel": "sms", "locale": "en", "body": "Cart: 3 items. STOP"}]}))
    assert short.alike == []
