"""Events that fail are parked, and the drain goes on past them."""

import pytest
from django.db import OperationalError
from psycopg.errors import DeadlockDetected, ProgramLimitExceeded

from audiences.intake import waiting_partitions
from campaigns import progress, triggers
from campaigns.parking import DrainProgress, ParkedEvent, parked, replay
from campaigns.rules.models import Firing
from campaigns.triggers import drain_intake, drain_partition
from compliance.audit import entries
from tests import factories
from tests.campaigns.rules import given
from tests.campaigns.triggers.buying import amounts_fired, buys
from tests.factories import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gate_in_process")]


def test_an_event_that_fails_is_parked_and_the_others_go_on(workspace, monkeypatch):
    given.flow(workspace)
    given.rule(workspace)
    buys(workspace, *range(101, 161))
    _fail_on(monkeypatch, 117, 150)
    drain_intake(budget_s=60)
    assert amounts_fired() == [amount for amount in range(101, 161) if amount not in (117, 150)]
    assert waiting_partitions() == []
    assert [each.reason for each in parked(workspace.pk)] == ["ValueError", "ValueError"]
    assert "poison" in parked(workspace.pk)[0].detail
    assert entries(workspace.pk, action="event.parked").count() == 2


def test_a_parked_event_can_be_processed_again(workspace, monkeypatch):
    given.flow(workspace)
    given.rule(workspace)
    buys(workspace, 117)
    with monkeypatch.context() as patch:
        _fail_on(patch, 117)
        drain_intake()
    assert not Firing.objects.exists()
    replay(workspace.pk, ParkedEvent.objects.get().pk, actor=factories.actor(), now=NOON)
    drain_intake()
    assert amounts_fired() == [117]
    assert not parked(workspace.pk).exists()


def test_trouble_of_the_database_parks_nothing(workspace, monkeypatch):
    buys(workspace, 150)

    def deadlocked(batch, *, now):
        raise OperationalError("deadlock detected") from DeadlockDetected()

    with monkeypatch.context() as patch:
        patch.setattr(triggers, "absorb", deadlocked)
        with pytest.raises(OperationalError):
            drain_intake()
    assert not parked(workspace.pk).exists()
    assert drain_intake().events == 1


def test_an_event_that_the_database_cannot_bear_is_parked(workspace, monkeypatch):
    buys(workspace, 150)

    def unbearable(batch, *, now):
        raise OperationalError("index row size exceeds btree maximum") from ProgramLimitExceeded()

    monkeypatch.setattr(triggers, "absorb", unbearable)
    assert drain_intake() == triggers.Drained(parked=1)


def test_when_too_many_fail_they_wait_instead_of_being_parked_all(workspace, monkeypatch):
    monkeypatch.setattr(triggers, "MOST_PARKED_A_MINUTE", 3)
    buys(workspace, *range(10))
    with monkeypatch.context() as patch:
        _fail_on(patch, *range(10))
        for _ in range(5):
            with pytest.raises(ValueError, match="poison"):
                drain_intake()
    assert parked(workspace.pk).count() == 3
    assert drain_intake(budget_s=60).events == 7
    assert DrainProgress.objects.get().interpreted is False


def test_a_turn_that_came_too_late_is_no_attempt(workspace, monkeypatch):
    buys(workspace, 150)
    (partition,) = waiting_partitions()
    with monkeypatch.context() as patch:
        patch.setattr(triggers, "claim_batch", lambda partition, *, limit: None)
        for _ in range(10):
            assert drain_partition(partition) is None
    assert DrainProgress.objects.get().attempts == 0
    assert drain_partition(partition).events == 1


def test_after_trouble_batches_grow_again(workspace, monkeypatch):
    given.flow(workspace)
    given.rule(workspace)
    buys(workspace, *range(101, 161))
    _fail_on(monkeypatch, 117)
    drain_intake(budget_s=60)
    for amount in range(300, 310):
        buys(workspace, amount)
        drain_intake()
    assert DrainProgress.objects.get().size == progress.FULL_SIZE


def _fail_on(monkeypatch, *poisons):
    absorb = triggers.absorb

    def failing(batch, *, now):
        if any(event.properties["amount"] in poisons for event in batch.events):
            raise ValueError("poison")
        return absorb(batch, now=now)

    monkeypatch.setattr(triggers, "absorb", failing)
