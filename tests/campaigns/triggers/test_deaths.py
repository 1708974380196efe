"""Workers that die in the middle of a batch: the next one finds the event at fault."""

import pytest

from audiences.intake import waiting_partitions
from campaigns import progress, triggers
from campaigns.parking import parked
from campaigns.triggers import drain_intake
from tests.campaigns.rules import given
from tests.campaigns.triggers.buying import amounts_fired, buys

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gate_in_process")]


class _Killed(BaseException):
    """Stands for a worker that is killed: nothing in the product may catch it."""


def _drain_with_restarts():
    deaths = 0
    while waiting_partitions():
        try:
            drain_intake(budget_s=60)
        except _Killed:
            deaths += 1
    return deaths


def test_a_batch_that_kills_its_worker_is_judged_without_the_engine(workspace, monkeypatch):
    given.flow(workspace)
    given.rule(workspace)
    buys(workspace, *range(101, 131))

    def deadly(self, event, facts):
        if event.properties["amount"] == 117:
            raise _Killed
        return self._interpreter.match(event, facts)

    monkeypatch.setattr("campaigns.rules.program.Program.match", deadly)
    assert _drain_with_restarts() == progress.DEADLY
    assert amounts_fired() == list(range(101, 131))
    assert not parked(workspace.pk).exists()


def test_an_event_that_kills_even_without_the_engine_is_parked(workspace, monkeypatch):
    given.flow(workspace)
    given.rule(workspace)
    buys(workspace, *range(101, 131))
    absorb = triggers.absorb

    def deadly(batch, *, now):
        if any(event.properties["amount"] == 117 for event in batch.events):
            raise _Killed
        return absorb(batch, now=now)

    monkeypatch.setattr(triggers, "absorb", deadly)
    assert _drain_with_restarts() == 2 * progress.DEADLY
    assert amounts_fired() == [amount for amount in range(101, 131) if amount != 117]
    assert [each.reason for each in parked(workspace.pk)] == ["killed_worker"]
