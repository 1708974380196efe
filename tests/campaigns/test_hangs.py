"""A worker that hangs in native code is ended by the kernel's alarm, and the partition goes on past the event."""

import ctypes
import os
import signal
from types import SimpleNamespace

import pytest
from django.db import connection

from audiences.intake import waiting_partitions
from campaigns import progress, triggers
from campaigns.parking import ParkedEvent, parked, replay
from campaigns.rules.models import Firing
from campaigns.rules.program import Program
from campaigns.triggers import drain_intake
from config.embedded import roles
from config.kit import clock
from tests import factories
from tests.audiences.events import put, row
from tests.campaigns.rules import given
from tests.campaigns.world import settle
from tests.factories import NOON

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("gate_in_process"),
    pytest.mark.faults,
    pytest.mark.timeout(120),
]
LIMIT = 1.5
"""Seconds that stand for the task's hard limit of 60."""


@pytest.fixture
def workspace():
    made = factories.workspace()
    given.listening(made, "all", {"add_label": "x"}, on="buy", **{"if": {"property": "amount", "is": "exists"}})
    put(*(row(made.pk, user="u", properties={"amount": amount}) for amount in range(110, 125)), at=NOON)
    return made


def hang():
    """Wait in C with the interpreter's lock held, as the engine's endless loops do: no handler in Python ever runs."""
    ctypes.PyDLL(None).sleep(60)


def work_until_done():
    """Start one worker after the other until nothing waits; return how each that died was ended."""
    endings = []
    while waiting_partitions():
        worker = _worker()
        _, status = os.waitpid(worker, 0)
        if os.WIFSIGNALED(status):
            endings.append(signal.Signals(os.WTERMSIG(status)))
        assert len(endings) < 20
    return endings


def _worker():
    """A process that does what a worker's task does: with the clock that a worker sets before each one."""
    pid = os.fork()
    if pid:
        return pid
    try:
        inherited, connection.connection = connection.connection, None  # the parent's: neither used nor closed here
        roles._start_the_clock(SimpleNamespace(time_limit=LIMIT))
        with clock.at(NOON):
            drain_intake(budget_s=60)
    finally:
        os._exit(0 if inherited else 1)


def amounts():
    return sorted(firing.facts["event"]["properties"]["amount"] for firing in Firing.objects.all())


def test_an_event_on_which_the_engine_hangs_is_judged_by_the_interpreter(workspace, monkeypatch):
    match = Program.match

    def hanging(self, event, facts):
        if event.properties.get("amount") == 117:
            hang()
        return match(self, event, facts)

    monkeypatch.setattr(Program, "match", hanging)
    endings = work_until_done()
    assert (set(endings), len(endings) >= progress.DEADLY) == ({signal.SIGALRM}, True)
    assert amounts() == list(range(110, 125))
    assert not parked(workspace.pk).exists()


def test_an_event_on_which_everything_hangs_is_parked_and_can_be_replayed(workspace, monkeypatch):
    absorb = triggers.absorb

    def hanging(batch, *, now):
        if any(event.properties.get("amount") == 117 for event in batch.events):
            hang()
        return absorb(batch, now=now)

    with monkeypatch.context() as patch:
        patch.setattr(triggers, "absorb", hanging)
        endings = work_until_done()
    assert (set(endings), len(endings) >= 2 * progress.DEADLY) == ({signal.SIGALRM}, True)
    assert amounts() == [amount for amount in range(110, 125) if amount != 117]
    event = ParkedEvent.objects.get()
    assert event.reason == "killed_worker"
    replay(workspace.pk, event.pk, actor=factories.actor(), now=NOON)
    settle(NOON)
    assert amounts() == list(range(110, 125))
