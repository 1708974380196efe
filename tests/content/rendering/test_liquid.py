"""Operators' Liquid: what it can do, what it cannot, and that the short way gives what Liquid gives."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.rendering.part import parse_part
from content.rendering.program import parse_program, warnings
from content.rendering.refusals import MissingVariable, Reason, RenderRefused

PERSON = {
    "first_name": "安妮",
    "age": 30,
    "none": None,
    "tags": ["a", "b"],
    "evil": "<script>",
    "address": {"city": "X"},
}
CONTEXT = {"person": PERSON, "event": {}, "now": "2026-03-02T12:00:00+00:00"}


def render(source, *, html=False, **context):
    return parse_part(source, html=html).render(CONTEXT | context)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Hi {{ person.first_name }}", "Hi 安妮"),
        ("{{ person.nick | default: 'friend' }}", "friend"),
        ("{{ person.none | default: 'friend' }}", "friend"),
        ("{{ person.address.city }} {{ person.tags | join: '+' }} {{ person.tags.size }}", "X a+b 2"),
        ("{% if person.nick %}a{% else %}b{% endif %}", "b"),
        ("{% if person.nick == 'x' %}a{% endif %}{% unless person.nick %}b{% endunless %}", "b"),
        ("{% if person.age > 18 and person.nick != 'x' %}grown{% endif %}", "grown"),
        ("{% for tag in person.tags %}[{{ tag }}]{% endfor %}", "[a][b]"),
        ("{% assign x = person.age | plus: 1 %}{{ x }}", "31"),
        ("{{ 'now' | date: '%Y-%m-%d' }}", "2026-03-02"),
        ("{{ '2026-05-01T10:00:00+08:00' | date: '%H:%M' }}", "10:00"),
        ("{{ person.evil }}", "<script>"),
    ],
)
def test_what_templates_can_do(source, text):
    assert render(source) == text


def test_html_escapes_what_people_say_of_themselves():
    assert render("<p>{{ person.evil }}</p>", html=True) == "<p>&lt;script&gt;</p>"
    assert render("{{ person.x | default: '<b>you</b>' }}", html=True) == "<b>you</b>"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("{{ person.nick }}", "person.nick"),
        ("{{ person.none }}", "person.none"),
        ("{{ person.address.street }}", "person.address.street"),
        ("{{ nobody.knows.this }}", "nobody.knows.this"),
        ("{{ person.nick | upcase }}", "person.nick"),
        ("{{ person.nick | upcase | default: 'x' }}", "person.nick"),
        ("{{ person.age | plus: person.nick }}", "person.nick"),
        ("{% for x in person.nick %}{% endfor %}", "person.nick"),
        ("{{ person.nick | date: '%Y' }}", "person.nick"),
        ("{{ now | default: person.nick }}{{ person.x | default: person.nick }}", "person.nick"),
    ],
)
def test_a_missing_variable_without_a_default_is_named(source, name):
    with pytest.raises(MissingVariable) as refused:
        render(source)
    assert refused.value.detail == name


ATTACKS = {
    "nested loops": "{% for a in (1..999) %}{% for b in (1..999) %}{{ a }}{% endfor %}{% endfor %}",
    "many loops": "{% for a in (1..9999) %}{% endfor %}" * 500,
    "string doubling": "{% assign x = 'aaaaaaaaaa' %}" + "{% assign x = x | append: x %}" * 40,
    "replace bomb": "{% assign x = 'a' %}" + "{% assign x = x | append: x %}" * 15 + "{{ x | replace: 'a', x }}",
    "join of a huge range": "{{ (1..1000000000) | join: 'x' }}",
    "join beyond counting": "{{ (1..99999999999999999999999) | join: 'x' }}",
    "join bomb": "{% assign x = 'a' %}" + "{% assign x = x | append: x %}" * 15 + "{{ x | split: 'a' | join: x }}",
    "squared numbers": "{% assign x = 99 %}" + "{% assign x = x | times: x %}" * 60 + "{{ x }}",
    "output flood": "{% for a in (1..9999) %}" + "x" * 100 + "{% endfor %}",
    "capture flood": "{% capture y %}{% for a in (1..9999) %}" + "x" * 100 + "{% endfor %}{% endcapture %}",
    "long date pattern": "{{ 'now' | date: '" + "%c" * 500 + "' }}",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_hostile_templates_meet_a_limit_quickly(attack):
    started = time.perf_counter()
    with pytest.raises(RenderRefused) as refused:
        render(ATTACKS[attack])
    assert refused.value.reason is Reason.LIMIT
    assert time.perf_counter() - started < 5


class Account:
    secret = "s3cret"
    deleted = False

    def delete(self):
        self.deleted = True
        return "deleted"


@pytest.mark.parametrize(
    "path", ["secret", "delete", "__class__", "__class__.__mro__", "__dict__", "delete.__globals__"]
)
def test_objects_give_nothing_away(path):
    account = Account()
    with pytest.raises(MissingVariable):
        render(f"{{{{ person.account.{path} }}}}", person={"account": account})
    assert not account.deleted


@pytest.mark.parametrize("source", ["{{ now | default: 'gone' }}", "{{ today | default: 'gone' }}"])
def test_the_workers_clock_is_out_of_reach(source):
    part = parse_part(source, html=False)
    assert part.render({"person": {}}) == part.interpret({"person": {}}) == "gone"


def test_calls_do_not_parse():
    with pytest.raises(Exception, match="expected"):
        parse_part("{{ person.delete() }}", html=False)


STUMBLES = ["{{ 1 | divided_by: 0 }}", "{{ person.tags | sum: 'b' | round: 'x' }}", "{{ '1e999' | ceil }}"]


@pytest.mark.parametrize("source", STUMBLES)
def test_whatever_a_filter_stumbles_over_stops_that_person_only(source):
    with pytest.raises(RenderRefused) as refused:
        render(source)
    assert refused.value.reason is Reason.ERROR


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("")
VALUES = VALUES | st.lists(VALUES, max_size=3) | st.dictionaries(st.text(max_size=3), VALUES, max_size=3)
SHORT = "a{{ person.x }}b{{ person.x.y | default: 'd<e>' }}c{{ person.x | default: '' }}{{ person['x'] }}"


@pytest.mark.parametrize("html", [False, True])
@given(value=VALUES)
def test_the_short_way_gives_what_liquid_gives(html, value):
    part = parse_part(SHORT, html=html)
    assert part.slots
    context = {"person": {"x": value}}
    assert said(part.render, context) == said(part.interpret, context)


def said(render, context):
    try:
        return render(context)
    except RenderRefused as refused:
        return refused.reason, refused.detail


def test_a_subject_stays_one_line():
    program = parse_program({"subject": "Hi {{ person.x }}", "body": "b"})
    for name in ("a\r\nBcc: x", "a\nb", "a\u2028b", "a\x00b"):
        with pytest.raises(RenderRefused):
            program.render({"person": {"x": name}})
    with pytest.raises(RenderRefused):
        program.render({"person": {"x": "x" * 1000}})


def test_an_unknown_root_is_a_warning():
    program = parse_program({"subject": "{{ user.name }}", "body": "{% assign a = 1 %}{{ a }}{{ person.x }}"})
    assert [problem.path for problem in warnings(program)] == ["/subject"]
