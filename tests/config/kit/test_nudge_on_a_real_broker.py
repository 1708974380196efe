"""A hint arrives as a Celery message in its queue."""

import socket

import pytest

from config.celery import app
from config.kit import nudge, queues
from tests.installation import wait_until


@pytest.fixture
def real_broker(broker, monkeypatch):
    monkeypatch.setattr(app.conf, "broker_url", broker.url)
    monkeypatch.setattr(app.conf, "broker_write_url", broker.url)
    return broker


def _ask(broker, *words: str) -> bytes:
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(2)
        line.connect(str(broker.socket))
        line.sendall(" ".join(words).encode() + b"\r\n")
        return line.recv(1000)


def test_a_hint_lies_in_the_queue_of_its_task(real_broker):
    sender = nudge.Sender()
    sender.want(queues.DRAIN_INTAKE)
    sender.want(queues.DRAIN_DELIVERIES)
    sender.flush()
    wait_until(lambda: _ask(real_broker, "LLEN", queues.RULES) == b":1\r\n", what="the hint to rules")
    wait_until(lambda: _ask(real_broker, "LLEN", queues.DELIVERY) == b":1\r\n", what="the hint to delivery")
