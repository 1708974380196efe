"""Live parts: sent when they change by a stream that holds no connection, or asked for; streams never starve pages."""

import json

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections
from django.urls import reverse

from compliance.access import stream
from config.kit import live
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def words(monkeypatch) -> list[str]:
    said = ["one"]
    monkeypatch.setitem(live._topics, "words", lambda request, which: f'<p id="w">{which} {said[-1]}</p>')
    return said


@pytest.fixture
def member(client):
    client.force_login(factories.user(factories.workspace()))
    return client


def leave(answer) -> None:
    """Close an answer as a server does, but leave the test's connection, and with it its transaction, alone."""
    request_finished.disconnect(close_old_connections)
    answer.close()
    request_finished.connect(close_old_connections)


@pytest.fixture
def fast(monkeypatch):
    monkeypatch.setattr(stream, "TICK", 0.0)
    monkeypatch.setattr(stream, "LASTS", 30.0)


def listen(member, topics="words:a"):
    return member.get(reverse("live-stream"), {"topics": topics})


def read(answer) -> str:
    return next(answer.streaming_content).decode()


def test_a_stream_sends_a_part_when_it_changed_and_only_then(member, words, fast):
    answer = listen(member)
    assert (answer["Content-Type"], answer["X-Accel-Buffering"]) == ("text/event-stream", "no")
    assert read(answer) == "retry: 5000\n\n"
    first = read(answer)
    assert first.startswith("event: parts\n")
    assert json.loads(first.split("data: ")[1]) == {"html": '<p id="w">a one</p>'}
    assert read(answer) == ":\n\n"
    words.append("two\nlines")
    assert "two\\nlines" in read(answer)
    leave(answer)


def test_a_quiet_stream_beats(member, words, fast, monkeypatch):
    monkeypatch.setattr(stream, "BEAT", 0.0)
    answer = listen(member)
    assert [read(answer), read(answer)][1].startswith("event: parts")
    assert read(answer).startswith("event: beat")
    leave(answer)


def test_a_stream_ends_by_itself(member, words, fast, monkeypatch):
    monkeypatch.setattr(stream, "LASTS", 0.0)
    assert list(listen(member).streaming_content) == [b"retry: 5000\n\n"]


def test_when_no_place_is_free_the_page_is_told_to_poll(member, words, fast, monkeypatch):
    monkeypatch.setattr(stream, "places", live.Places(1))
    first = listen(member)
    assert listen(member).status_code == 204
    leave(first)
    again = listen(member)
    assert again.status_code == 200
    leave(again)


def test_a_place_is_free_again_though_nobody_ever_read(member, words, monkeypatch):
    monkeypatch.setattr(stream, "places", live.Places(1))
    for _turn in range(3):
        answer = listen(member)
        assert answer.status_code == 200
        leave(answer)


def test_streams_can_be_switched_off(member, words, monkeypatch):
    monkeypatch.setattr(stream, "places", live.Places(0))
    assert listen(member).status_code == 204


def test_unknown_topics_are_left_out(member, words):
    assert listen(member, "gone").status_code == 204
    assert member.get(reverse("live-parts"), {"topics": "gone words:b"}).content.decode() == '<p id="w">b one</p>'


def test_strangers_hear_nothing(client, words):
    assert listen(client).status_code == 302
    assert client.get(reverse("live-parts"), {"topics": "words:a"}, headers={"HX-Request": "true"}).status_code == 401
