"""What is made of a mail's HTML: styles on elements, plain text, links; and what checks say of it."""

import pytest

from content.rendering.addresses import links_of
from content.rendering.checks import findings
from content.rendering.likeness import difference
from content.rendering.mail import finished
from content.rendering.plain import text_of
from content.rendering.program import parse_program
from content.rendering.segments import count
from content.rendering.styles import inlined

ROWS = (
    "<html><head><style>td{color:red}@media print{td{color:blue}}</style></head><body><table>"
    '{% for i in event.items %}<tr {% if i.n < 2 %}class="one"{% endif %}><td>{{ i.name }}</td></tr>{% endfor %}'
    "</table></body></html>"
)


def test_styles_go_on_elements_and_liquid_stays_in_its_place():
    made = inlined(ROWS)
    assert '{% for i in event.items %}<tr {% if i.n < 2 %}class="one"' in made
    assert '<td style="color: red;">{{ i.name }}</td></tr>{% endfor %}</table>' in made
    assert "@media print" in made


def test_liquid_in_a_style_sheet_leaves_the_mail_as_it_is():
    source = "<style>td{color:{{ brand.colour }}}</style><p>x</p>"
    assert inlined(source) is None
    assert finished({"channel": "email", "subject": "x", "html": source})["html"] == source


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hi {{ person.name | default: '<b>' }}</p><p>there</p>", "Hi {{ person.name | default: '<b>' }}\n\nthere"),
        ('<a href="https://a.example/?a=1&amp;b=2">go</a>', "go (https://a.example/?a=1&b=2)"),
        ('<a href="{{ links.unsubscribe }}">out</a>', "out ({{ links.unsubscribe }})"),
        ("<ul><li>one<li>two</ul>", "- one\n- two"),
        ("<head><title>t</title><style>a{}</style></head>x<script>1</script>", "x"),
        ('<img alt="A hat" src="x">', "A hat"),
        ("a<br>b   c", "a\nb c"),
    ],
)
def test_plain_text_is_made_of_html(html, text):
    assert text_of(html) == text


def test_a_mail_with_html_alone_gets_a_text_part_for_each_person():
    program = parse_program(finished({"channel": "email", "subject": "x", "html": ROWS}))
    made = program.render({"event": {"items": [{"n": 1, "name": "A & B"}, {"n": 2, "name": "C"}]}})
    assert made.body.split() == ["A", "&", "B", "C"]
    assert '<tr class="one" ><td style="color: red;">A &amp; B</td>' in made.html


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments", "left"),
    [
        ("", "GSM-7", 0, 0, 160),
        ("a" * 160, "GSM-7", 160, 1, 0),
        ("a" * 161, "GSM-7", 161, 2, 145),
        ("€" * 80, "GSM-7", 160, 1, 0),
        ("a" * 152 + "€" + "a" * 10, "GSM-7", 164, 2, 141),
        ("中" * 70, "UCS-2", 70, 1, 0),
        ("中" * 71, "UCS-2", 71, 2, 63),
        ("😀" * 35, "UCS-2", 70, 1, 0),
        ("😀" * 36, "UCS-2", 72, 2, 61),
        ("a" * 66 + "😀" + "中" * 9, "UCS-2", 77, 2, 56),
    ],
)
def test_text_messages_are_counted_as_networks_do(text, encoding, units, segments, left):
    found = count(text)
    assert (found.encoding, found.units, found.segments, found.left) == (encoding, units, segments, left)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java&#115;cript:alert(1)",
        " java\tscript:alert(1)",
        "\x01javascript:alert(1)",
        "vbscript:x",
        "data:text/html,<script>1</script>",
        "file:///etc/passwd",
    ],
)
def test_addresses_that_run_something_are_seen_through(address):
    assert [link.banned for link in links_of(f'<a href="{address}">x</a>')] == [True]


def test_honest_addresses_pass():
    html = '<a href="https://a.example/{{ person.id }}">x</a><a href="mailto:a@b.example">y</a>'
    html += '<img src="data:image/png;base64,AA">'
    assert not any(link.banned for link in links_of(html))


@pytest.mark.parametrize(
    ("variant", "check", "part"),
    [
        ({"channel": "email", "subject": "x", "html": '<a href="#">x</a>'}, "link", "html"),
        ({"channel": "email", "subject": "x", "html": '<a href="http://a.example">x</a>'}, "link", "html"),
        ({"channel": "email", "subject": "x", "body": "no way out"}, "unsubscribe", "body"),
        ({"channel": "sms", "body": "no way out"}, "unsubscribe", "body"),
        ({"channel": "sms", "body": "回复R退订" + "中" * 300}, "size", "body"),
        ({"channel": "push", "subject": "x" * 60, "body": "x"}, "size", "subject"),
        ({"channel": "email", "subject": "x", "html": "x" * 103_000}, "size", "html"),
        ({"channel": "push", "subject": "{{ firstname }}", "body": "x"}, "variable", "subject"),
        ({"channel": "email", "subject": "x", "html": "<style>{{ a }}</style>"}, "style", "html"),
    ],
)
def test_each_check_finds_its_fault(variant, check, part):
    found = findings(variant, parse_program(finished(variant)))
    assert (check, part) in [(finding.check, finding.part) for finding in found]


def test_a_near_name_is_suggested():
    variant = {"channel": "push", "subject": "{{ firstname }} {{ persn.name }}", "body": "x"}
    hints = [finding.hint for finding in findings(variant, parse_program(variant))]
    assert hints == ["Did you mean person.first_name?", "Did you mean person?"]


def test_a_transactional_message_needs_no_way_out():
    variant = {"channel": "sms", "body": "Your code"}
    assert findings(variant, parse_program(variant), purpose="transactional") == []


@pytest.mark.parametrize(
    ("one", "other", "least", "most"), [("", "", 0, 0), ("abc", "ABC ", 0, 0), ("abc", "xyz", 1, 1)]
)
def test_likeness_has_its_ends(one, other, least, most):
    assert least <= difference(one, other) <= most
