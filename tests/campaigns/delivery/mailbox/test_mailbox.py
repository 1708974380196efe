"""The mailbox: a message that got its “250” is stored, whatever client brings it."""

import asyncio
import smtplib
import threading
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTPUTF8

import pytest
from django.core.management import call_command

from campaigns.delivery.mailbox import protocol, storeroom
from campaigns.delivery.mailbox.protocol import Session
from campaigns.delivery.mailbox.storeroom import Storeroom
from campaigns.delivery.models import MailboxMessage
from tests.apart import apart

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mailbox():
    with running() as port:
        yield port


@contextmanager
def running():
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    room = Storeroom()
    room.start()
    thread.start()
    listen = loop.create_server(lambda: Session(room), "127.0.0.1", 0)
    server = asyncio.run_coroutine_threadsafe(listen, loop).result(5)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)
        room.stop()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def letter(subject="Grüße, 安妮", text="Hello\n.\n..dots\n"):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@brand.example", "anni@example.com", subject
    message["Message-ID"] = "<1@brand.example>"
    message.set_content(text)
    return message


def test_a_message_of_pythons_own_client_is_kept_as_it_came(mailbox):
    with smtplib.SMTP("127.0.0.1", mailbox) as client:
        assert client.send_message(letter()) == {}
        kept = MailboxMessage.objects.get()
    assert (kept.sender, kept.recipients) == ("a@brand.example", ["anni@example.com"])
    assert (kept.subject, kept.message_id) == ("Grüße, 安妮", "<1@brand.example>")
    assert b"\r\nHello\r\n.\r\n..dots\r\n" in bytes(kept.raw)


def test_many_messages_over_one_connection(mailbox):
    with smtplib.SMTP("127.0.0.1", mailbox) as client:
        for _ in range(5):
            client.send_message(letter(), to_addrs=["x@example.com", "y@example.com"])
    assert MailboxMessage.objects.count() == 5
    assert MailboxMessage.objects.first().recipients == ["x@example.com", "y@example.com"]


def test_addresses_outside_ascii_are_kept(mailbox):
    with smtplib.SMTP("127.0.0.1", mailbox) as client:
        message = letter().as_bytes(policy=SMTPUTF8)
        client.sendmail("a@brand.example", ["安妮@example.com"], message, mail_options=["SMTPUTF8", "BODY=8BITMIME"])
    assert MailboxMessage.objects.get().recipients == ["安妮@example.com"]


def test_what_cannot_be_stored_is_not_accepted(mailbox, monkeypatch):
    def fail(_received):
        raise ConnectionError("away")

    monkeypatch.setattr(storeroom, "store", fail)
    with smtplib.SMTP("127.0.0.1", mailbox) as client, pytest.raises(smtplib.SMTPDataError) as refused:
        client.send_message(letter())
    assert refused.value.smtp_code == 451
    assert MailboxMessage.objects.count() == 0


def test_commands_out_of_order_and_unknown_ones_get_an_answer(mailbox):
    with smtplib.SMTP("127.0.0.1", mailbox) as client:
        answers = [
            client.docmd(line)[0]
            for line in ("DATA", "RCPT TO:<a@b.example>", "MAIL FROM:a@b.example", "BOGUS", "NOOP", "EHLO me")
        ]
        assert answers == [503, 503, 501, 502, 250, 250]
        assert client.docmd("MAIL FROM:<a@b.example> SIZE=99999999999")[0] == 552
        assert client.docmd("MAIL FROM:<a@b.example>")[0] == 250
        assert client.docmd("MAIL FROM:<a@b.example>")[0] == 503
        assert client.docmd("RSET")[0] == 250
        assert client.docmd("VRFY a")[0] == 252


def test_a_message_over_the_limit_is_refused_and_the_next_one_kept(mailbox, monkeypatch):
    monkeypatch.setattr(protocol, "MAX_MESSAGE", 50_000)
    with smtplib.SMTP("127.0.0.1", mailbox) as client:
        client.ehlo()
        client.esmtp_features.pop("size")
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.send_message(letter(text="x" * 60 + "\n" + "y\n" * 50_000))
        assert refused.value.smtp_code == 552
        client.send_message(letter())
    assert MailboxMessage.objects.count() == 1


def test_a_line_without_end_is_cut_off(mailbox):
    with smtplib.SMTP("127.0.0.1", mailbox) as client:
        code, _text = client.docmd("x" * 10_000)
        assert code == 500
    assert MailboxMessage.objects.count() == 0


def test_a_lone_line_feed_before_the_dot_ends_no_message(mailbox):
    with smtplib.SMTP("127.0.0.1", mailbox) as client:
        client.ehlo()
        client.docmd("MAIL FROM:<a@b.example>")
        client.docmd("RCPT TO:<b@b.example>")
        client.docmd("DATA")
        client.send(b"Subject: one\r\n\r\nx\n.\nMAIL FROM:<evil@b.example>\r\n.\r\n")
        assert client.getreply()[0] == 250
    assert b"evil" in bytes(MailboxMessage.objects.get().raw)


def test_odd_messages_are_kept_too(mailbox):
    with smtplib.SMTP("127.0.0.1", mailbox) as client:
        for raw in (
            b"",
            b"no header at all",
            b"Subject: =?nope?q?x?=\r\n\r\n\x00\xff",
            b"Subject: a\x00b\r\n folded\r\n\r\n",
        ):
            client.sendmail("a@b.example", ["b@b.example"], raw)
    assert list(MailboxMessage.objects.order_by("id").values_list("subject", flat=True))[3] == "ab folded"


def test_the_command_says_where_it_listens(monkeypatch, capsys):
    async def once(host, port, *, ready):
        ready(host, port)

    monkeypatch.setattr("campaigns.management.commands.mailbox.serve", once)
    apart(call_command, "mailbox", port=8425)
    assert "smtp://127.0.0.1:8425" in capsys.readouterr().out
