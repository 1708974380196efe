"""From the intent to the SMTP server and back: real rows, real sockets."""

from email import message_from_bytes
from email.policy import default

import pytest
from django.test import override_settings

from campaigns.delivery.channels.email.channel import EmailChannel
from campaigns.delivery.channels.registry import in_place
from campaigns.delivery.drain import drain
from campaigns.delivery.models import Delivery
from compliance.consent.links import read_token
from tests.campaigns.delivery.world import NOON, state_of, world
from tests.sinks.smtp import HANG_UP, Sink

pytestmark = pytest.mark.django_db(transaction=True)


def drained(sink):
    with sink.listening(), override_settings(EMAIL_URL=sink.url), in_place({"email": EmailChannel()}):
        return drain(NOON)


def test_everybody_gets_their_own_message_once():
    brand, sink = world(name="Lantern Market"), Sink()
    deliveries = [brand.delivery(first_name=f"Nr {number} <&>") for number in range(57)]
    assert drained(sink).sent == 57
    assert len(sink.received) == 57
    read = [message_from_bytes(envelope.data, policy=default) for envelope in sink.received]
    assert {message["Message-ID"] for message in read} == {f"<{key}@signalbox.invalid>" for key in deliveries}
    assert {message["Subject"] for message in read} == {f"Thank you, Nr {n} <&>" for n in range(57)}
    [html] = [part for part in read[0].walk() if part.get_content_type() == "text/html"]
    assert "&lt;&amp;&gt;" in html.get_content()
    token = read[0]["List-Unsubscribe"].strip("<>").rpartition("/")[2]
    person = Delivery.objects.get(pk=read[0]["Message-ID"][1:37]).person_id
    assert read_token(token).person_id == person


def test_accepted_and_then_silence_is_a_doubt_and_the_others_go_out():
    brand = world()
    deliveries = [brand.delivery() for _ in range(12)]

    def message(envelope):
        return HANG_UP if f"<{deliveries[5]}@".encode() in envelope.data else "250 ok"

    sink = Sink(message=message)
    assert drained(sink).sent == 11
    assert state_of(deliveries[5]) == ("in_doubt", "no_answer")
    assert len(sink.received) == 12


def test_odd_addresses_stop_only_their_own_message():
    brand, sink = world(), Sink()
    good = brand.delivery()
    bad = [
        brand.delivery(email=email)
        for email in ("x@example.com\r\nRCPT TO:<y@example.com>", "no address", 7, ["a@example.com"])
    ]
    assert drained(sink).sent == 1
    assert state_of(good) == ("sent", "")
    assert {state_of(key) for key in bad} == {("blocked", "bad_address")}


def test_a_server_that_is_away_leaves_all_pending():
    brand = world()
    deliveries = [brand.delivery() for _ in range(3)]
    with override_settings(EMAIL_URL="smtp://127.0.0.1:1"), in_place({"email": EmailChannel()}):
        assert drain(NOON).sent == 0
    assert {state_of(key) for key in deliveries} == {("pending", "unreachable")}
