"""Hints: at most one per interval, after the commit only, and never in the caller's way."""

import time

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError

from config.kit import nudge as hints
from tests.installation import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


class Wire:
    """Stands in for the network: notes what is sent, or refuses."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.away = False

    def send(self, task: str) -> None:
        if self.away:
            raise OperationalError("connection refused")
        self.sent.append(task)


@pytest.fixture
def wire(monkeypatch):
    wire = Wire()
    sender = hints.Sender()
    monkeypatch.setattr(sender, "_send", wire.send)
    monkeypatch.setattr(hints, "_sender", sender)
    return wire


def test_a_hint_leaves_at_once(wire):
    hints.nudge("campaigns.drain_intake")
    wait_until(lambda: wire.sent == ["campaigns.drain_intake"], timeout=2)


def test_many_hints_become_few_and_the_last_is_not_lost(wire):
    for _ in range(500):
        hints.nudge("campaigns.drain_intake")
        time.sleep(0.0001)
    time.sleep(0.2)
    assert 2 <= len(wire.sent) < 10


def test_hints_of_different_tasks_do_not_wait_for_each_other(wire):
    hints.nudge("campaigns.drain_intake")
    hints.nudge("campaigns.advance_runs")
    wait_until(lambda: sorted(wire.sent) == ["campaigns.advance_runs", "campaigns.drain_intake"], timeout=2)


def test_a_transaction_that_is_rolled_back_hints_at_nothing(wire):
    with transaction.atomic():
        hints.nudge("campaigns.drain_intake")
        transaction.set_rollback(True)
    time.sleep(0.05)
    assert wire.sent == []


def test_a_broker_that_is_away_neither_raises_nor_holds_the_caller_up(wire):
    wire.away = True
    started = time.perf_counter()
    for _ in range(100):
        hints.nudge("campaigns.drain_intake")
    assert time.perf_counter() - started < 0.1
    wait_until(lambda: hints._sender.failures >= 1, timeout=2)


def test_when_the_broker_is_back_hints_flow_again(wire):
    wire.away = True
    hints.nudge("campaigns.drain_intake")
    wait_until(lambda: hints._sender.failures >= 1, timeout=2)
    wire.away = False
    hints.nudge("campaigns.drain_intake")
    wait_until(lambda: wire.sent == ["campaigns.drain_intake"] and hints._sender.failures == 0, timeout=5)
