"""One firing and one action per cause: whatever the size of batches, however often and in whatever order."""

import os
import random
import signal
from itertools import count

import pytest
from django.db import connection, transaction

from audiences.intake import waiting_partitions
from campaigns import progress
from campaigns.actions import Action
from campaigns.actions.effects import drain_effects
from campaigns.flows.starting import drain_actions
from campaigns.parking import ParkedEvent
from campaigns.rules.gate import in_this_process as in_process
from campaigns.rules.live import RuleSet
from campaigns.triggers import drain_intake
from config.kit import clock
from tests.campaigns import history
from tests.campaigns.world import settle

KILLS = 20


def lived(events, *, remembering, times=1):
    """Let a history happen in a fresh workspace and return what it led to."""
    with in_process():
        workspace = history.workspace(remembering=remembering)
    history.tell(workspace, events)
    for _ in range(times):
        settle(history.END)
        history.requeue_all()
    settle(history.END)
    return history.outcome(workspace)


@pytest.fixture(scope="module")
def by_interpreter(django_db_setup, django_db_blocker):
    """What the interpreter makes of the history, event by event: with rules that remember, and without."""
    found = {}
    patch = pytest.MonkeyPatch()
    patch.setattr(progress, "FULL_SIZE", 1)
    patch.setattr(RuleSet, "matcher", property(lambda rules: rules.interpreter))
    with django_db_blocker.unblock():
        for remembering in (False, True):
            with transaction.atomic():
                found[remembering] = lived(history.told(), remembering=remembering)
                transaction.set_rollback(True)
    patch.undo()
    return found


def same(found, wanted, *, entries=True):
    """Compare; without `entries` which of two asks for one journey came first is left aside."""
    assert found["firings"] == wanted["firings"]
    parts = slice(None) if entries else slice(4)
    assert [action[parts] for action in found["actions"]] == [action[parts] for action in wanted["actions"]]
    assert found["traits"] == wanted["traits"]
    assert len(found["events"]) == len(wanted["events"])


@pytest.mark.django_db
@pytest.mark.parametrize(("size", "times"), [(1, 1), (50, 3), (500, 2)])
def test_batches_of_any_size_and_replays_lead_to_what_the_interpreter_says(by_interpreter, monkeypatch, size, times):
    monkeypatch.setattr(progress, "FULL_SIZE", size)
    wanted = by_interpreter[True]
    assert len(wanted["firings"]) > 3 * history.EVENTS
    assert {action[1] for action in wanted["actions"]} == {"start_flow", "emit", "set_trait", "add_label"}
    same(lived(history.told(), remembering=True, times=times), wanted)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_people_among_themselves_does_not_matter(by_interpreter, seed):
    same(lived(history.mixed(history.told(), seed), remembering=True), by_interpreter[True])


@pytest.mark.django_db
@pytest.mark.parametrize(("seed", "size"), [(1, 1), (2, 50), (3, 500)])
def test_events_shuffled_within_lateness_fire_the_same_where_no_rule_remembers(by_interpreter, monkeypatch, seed, size):
    monkeypatch.setattr(progress, "FULL_SIZE", size)
    same(lived(history.shuffled(history.told(), seed), remembering=False), by_interpreter[False], entries=False)


@pytest.mark.faults
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_workers_killed_in_the_middle_lose_nothing_and_repeat_nothing(by_interpreter, monkeypatch):
    """Twenty workers die by SIGKILL at some statement of their work; the next one goes on."""
    monkeypatch.setattr(progress, "FULL_SIZE", 16)
    draw = random.Random(5)
    with in_process():
        workspace = history.workspace(remembering=True)
    history.tell(workspace, history.told())
    killed = 0
    while killed < KILLS:
        worker = _worker(dies_at=draw.randrange(1, 300), seed=killed)
        _, status = os.waitpid(worker, 0)
        killed += os.WIFSIGNALED(status)
        if not _work_left():  # all of it once more, which must add nothing
            history.requeue_all()
    settle(history.END)
    assert not ParkedEvent.objects.exists()
    same(history.outcome(workspace), by_interpreter[True])


def _worker(*, dies_at, seed):
    """Start a process that works, on a connection of its own, until nothing is left or a statement kills it."""
    pid = os.fork()
    if pid:
        return pid
    try:
        inherited, connection.connection = connection.connection, None  # the parent's: neither used nor closed here
        random.seed(seed)
        statements = count(1)

        def run(execute, *given):
            if next(statements) == dies_at:
                os.kill(os.getpid(), signal.SIGKILL)
            return execute(*given)

        with clock.at(history.END), connection.execute_wrapper(run):
            while drain_intake(budget_s=60).events + drain_effects(history.END) + drain_actions(history.END):
                pass
    finally:
        os._exit(0 if inherited else 1)


def _work_left():
    return bool(waiting_partitions()) or Action.objects.filter(state="pending").exists()
