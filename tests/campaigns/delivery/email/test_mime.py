"""The spliced message says what the message of Python's own `email` says."""

import re
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.delivery.channels.base import AddressRefused
from campaigns.delivery.channels.email.mime import Frames, build
from tests.campaigns.delivery.email.letters import ID, addressed
from tests.factories import NOON

TEXT = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), max_size=300)
LINES = st.lists(TEXT | st.sampled_from([".", "..", ".\r\n.", "From x", "=3D", " ", "\t", "x" * 1200]), max_size=6)
WORDS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=120)


def on_the_wire(message):
    data = build(message, Frames())
    assert data.endswith(b"\r\n.\r\n")
    body = data[:-3]
    assert b"\r\n.\r\n" not in body
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", body)
    assert max(map(len, body.split(b"\r\n"))) <= 998
    return message_from_bytes(body.replace(b"\r\n..", b"\r\n."), policy=default)


def as_email_message_makes_it(message):
    made = EmailMessage(policy=SMTP)
    made["From"] = Address(display_name=message.sender_name, addr_spec=message.sender)
    made["To"] = message.address
    made["Subject"] = message.content.subject
    texts = [("plain", message.content.body), ("html", message.content.html)]
    present = [(kind, text) for kind, text in texts if text is not None]
    made.set_content(present[0][1], subtype=present[0][0])
    for kind, text in present[1:]:
        made.add_alternative(text, subtype=kind)
    return message_from_bytes(made.as_bytes(), policy=default)


def texts_of(message):
    return [(part.get_content_type(), part.get_content()) for part in message.walk() if not part.is_multipart()]


@settings(max_examples=100, deadline=None)
@given(subject=WORDS, body=LINES.map("\n".join), html=st.none() | LINES.map("\r\n".join))
def test_reading_the_message_gives_what_email_message_gives(subject, body, html):
    message = addressed(subject=subject, body=body, html=html)
    ours, theirs = on_the_wire(message), as_email_message_makes_it(message)
    assert ours["Subject"] == theirs["Subject"]
    assert ours["From"] == theirs["From"]
    assert ours["To"] == theirs["To"]
    assert ours.get_content_type() == theirs.get_content_type()
    assert texts_of(ours) == texts_of(theirs)
    assert not [defect for part in ours.walk() for defect in part.defects]


def test_a_frame_made_for_one_person_fits_the_next():
    frames = Frames()
    build(addressed(body="plain ascii"), frames)
    second = message_from_bytes(build(addressed(body="全是中文\n.\n"), frames)[:-3], policy=default)
    assert second.get_content() == "全是中文\r\n.\r\n"


def test_the_headers_carry_the_send_key_and_one_click_unsubscribe():
    message = on_the_wire(addressed())
    assert message["Message-ID"] == f"<{ID}@brand.example>"
    assert message["Date"].datetime == NOON
    assert message["List-Unsubscribe"] == "<https://brand.example/unsubscribe/abc>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert on_the_wire(addressed(unsubscribe_url=None))["List-Unsubscribe"] is None


@pytest.mark.parametrize("subject", ["a\r\nBcc: x@example.com", "a\nb", "a\rb", "a\x00b"])
def test_a_line_break_in_a_header_is_refused(subject):
    with pytest.raises(AddressRefused):
        build(addressed(subject=subject), Frames())


def test_an_address_outside_ascii_stands_in_utf8():
    message = on_the_wire(addressed(address="安妮@example.com"))
    assert message["To"] == "安妮@example.com"
