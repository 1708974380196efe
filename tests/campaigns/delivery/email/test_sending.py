"""What the SMTP client concludes from what servers do."""

import asyncio
import socket

import pytest

from campaigns.delivery.channels.base import Outcome
from campaigns.delivery.channels.email import dialogue, greeting
from campaigns.delivery.channels.email.dialogue import Letter
from campaigns.delivery.channels.email.pool import Pool
from campaigns.delivery.channels.email.server import BadServerUrl, Server, server_of
from tests.apart import run_apart
from tests.campaigns.delivery.email.letters import letter
from tests.sinks.smtp import HANG_UP, Sink


def send(sink, *windows, **server):
    async def go():
        pool = Pool(Server(**{"host": "127.0.0.1", "port": sink.port, **server}))
        answers = [await pool.send(window) for window in windows]
        await pool.close()
        return answers

    return run_apart(go())


def outcomes(receipts):
    return [receipt.outcome for receipt in receipts]


def test_a_window_arrives_and_dots_are_undone():
    with Sink().listening() as sink:
        [receipts] = send(sink, [letter(n) for n in range(20)])
    assert set(outcomes(receipts)) == {Outcome.ACCEPTED}
    assert receipts[0].answer == "250 ok"
    assert {e.recipients[0] for e in sink.received} == {f"u{n}@example.com" for n in range(20)}
    assert sink.received[0].data.endswith(b"\r\n\r\n.dot\r\n")


def test_connections_are_used_again():
    with Sink().listening() as sink:
        send(sink, *[[letter(n) for n in range(10)]] * 5)
        assert len(sink.received) == 50
        assert len(sink.sessions) <= 10


def test_a_server_without_pipelining_is_asked_step_by_step():
    with Sink(abilities=["SIZE 1000000"]).listening() as sink:
        [receipts] = send(sink, [letter(n) for n in range(12)])
    assert set(outcomes(receipts)) == {Outcome.ACCEPTED}


@pytest.mark.parametrize("abilities", [["PIPELINING"], []])
def test_one_bad_recipient_never_affects_the_others(abilities):
    def recipient(address):
        return "550 no such user" if address == "u3@example.com" else "250 ok"

    with Sink(recipient=recipient, abilities=abilities).listening() as sink:
        window = [letter(n) for n in range(8)]
        receipts, more = send(sink, window, window)
    for answers in (receipts, more):
        assert [n for n, r in enumerate(answers) if r.outcome is not Outcome.ACCEPTED] == [3]
        assert answers[3].outcome is Outcome.REFUSED
        assert answers[3].reason == "recipient_refused"
        assert "no such user" in answers[3].answer
    assert len(sink.received) == 14


@pytest.mark.parametrize(
    ("answer", "outcome", "reason"),
    [
        ("451 later", Outcome.LATER, "message_later"),
        ("554 spam", Outcome.REFUSED, "message_refused"),
        ("421 closing", Outcome.LATER, "server_closing"),
        (HANG_UP, Outcome.IN_DOUBT, "no_answer"),
        ("nonsense", Outcome.IN_DOUBT, "no_answer"),
    ],
)
def test_the_answer_to_the_final_dot_decides(answer, outcome, reason):
    with Sink(message=lambda _envelope: answer).listening() as sink:
        [[receipt]] = send(sink, [letter()])
    assert (receipt.outcome, receipt.reason) == (outcome, reason)


def test_a_later_for_the_recipient_is_a_later_for_the_message():
    with Sink(recipient=lambda _address: "450 grey").listening() as sink:
        [[receipt]] = send(sink, [letter()])
    assert (receipt.outcome, receipt.reason) == (Outcome.LATER, "recipient_later")


def test_a_doubt_concerns_only_the_message_that_was_on_the_wire():
    def message(envelope):
        return HANG_UP if envelope.recipients == ("u2@example.com",) else "250 ok"

    with Sink(message=message).listening() as sink:
        first, receipts = send(sink, [letter(100), letter(101)], [letter(n) for n in range(6)])
    assert set(outcomes(first)) == {Outcome.ACCEPTED}
    assert receipts[2].outcome is Outcome.IN_DOUBT
    assert [r.outcome for n, r in enumerate(receipts) if n != 2] == [Outcome.ACCEPTED] * 5
    arrived = [envelope.recipients[0] for envelope in sink.received]
    assert len(arrived) == len(set(arrived)) == 8


def test_an_answer_that_does_not_come_in_time_is_a_doubt(monkeypatch):
    monkeypatch.setattr(dialogue, "FINAL_SECONDS", 0.1)
    with Sink(delay=0.5).listening() as sink:
        [[receipt]] = send(sink, [letter()])
    assert receipt.outcome is Outcome.IN_DOUBT
    assert "no answer within" in receipt.answer


def test_a_connection_that_the_server_closed_while_idle_costs_nothing():
    async def go(sink):
        pool = Pool(Server(host="127.0.0.1", port=sink.port))
        await pool.send([letter(1)])
        await asyncio.get_running_loop().run_in_executor(None, sink.hang_up)
        return await pool.send([letter(2)])

    with Sink().listening() as sink:
        [receipt] = run_apart(go(sink))
    assert receipt.outcome is Outcome.ACCEPTED
    assert len(sink.received) == 2


def test_a_server_that_is_not_there_says_nothing_about_the_message():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        [receipts] = send(Sink(), [letter(n) for n in range(3)], port=port)
    assert {(r.outcome, r.reason) for r in receipts} == {(Outcome.UNREACHABLE, "unreachable")}


def test_a_server_that_does_not_greet_is_given_up(monkeypatch):
    monkeypatch.setattr(greeting, "CONNECT_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        [[receipt]] = send(Sink(), [letter()], port=silent.getsockname()[1])
    assert (receipt.outcome, receipt.reason) == (Outcome.UNREACHABLE, "timeout")


def test_nothing_is_begun_so_late_that_its_answer_could_miss_the_lease(monkeypatch):
    monkeypatch.setattr(dialogue, "LATEST_START", -1.0)
    with Sink().listening() as sink:
        [[receipt]] = send(sink, [letter()])
    assert (receipt.outcome, receipt.reason) == (Outcome.UNREACHABLE, "too_slow")
    assert sink.received == []


def test_starttls_and_log_in_are_demanded_where_the_address_says_so():
    with Sink().listening() as sink:
        [[no_tls]] = send(sink, [letter()], tls="starttls")
        [[no_login]] = send(sink, [letter()], user="u", password="p")
    assert (no_tls.outcome, no_tls.reason) == (Outcome.UNREACHABLE, "tls_failed")
    assert (no_login.outcome, no_login.reason) == (Outcome.UNREACHABLE, "log_in_refused")
    assert sink.received == []


def test_an_address_outside_ascii_needs_a_server_that_takes_it():
    foreign = Letter("hello@brand.example", "安妮@example.com", letter().data, utf8=True)
    with Sink().listening() as sink:
        [receipts] = send(sink, [foreign, letter(1)])
        assert set(outcomes(receipts)) == {Outcome.ACCEPTED}
        assert ("安妮@example.com",) in {envelope.recipients for envelope in sink.received}
    with Sink(abilities=["PIPELINING"]).listening() as sink:
        [receipts] = send(sink, [foreign, letter(1)])
    assert [(r.outcome, r.reason) for r in receipts] == [
        (Outcome.REFUSED, "smtputf8_unsupported"),
        (Outcome.ACCEPTED, ""),
    ]


def test_the_server_is_read_from_its_url():
    assert server_of("smtp://127.0.0.1:8425") == Server(host="127.0.0.1", port=8425)
    secure = server_of("smtp+tls://us%40er:p%3Aw@mail.example")
    assert secure == Server(host="mail.example", port=587, tls="starttls", user="us@er", password="p:w")
    assert server_of("smtps://mail.example").port == 465


@pytest.mark.parametrize("url", ["", "mail.example:25", "http://x", "smtp://", "smtp://u:secret@host:notaport"])
def test_a_bad_url_is_refused_without_its_password(url):
    with pytest.raises(BadServerUrl) as refused:
        server_of(url)
    assert "secret" not in str(refused.value)
