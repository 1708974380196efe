"""Workers killed at random statements, batches of any size, events out of order and again: each cause fires once."""

import os
import random
import signal
from collections import defaultdict
from datetime import timedelta
from multiprocessing import get_context

import pytest
from django.db import connection, connections

from audiences.intake import waiting_partitions
from audiences.intake.models import Slice
from audiences.people.lookups import people
from campaigns import progress
from campaigns.actions import Action
from campaigns.parking import parked
from campaigns.rules.models import Firing
from campaigns.triggers import drain_intake
from config.kit import clock
from tests.audiences.events import put, row
from tests.campaigns.rules import given
from tests.factories import NOON

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("gate_in_process")]
PEOPLE, EVENTS, KILLS = 24, 480, 20
WITHIN = timedelta(minutes=10)
NOW = NOON + timedelta(hours=1)


@pytest.fixture
def history():
    """What people buy within an hour, in order: (user, instant, amount, key)."""
    chance = random.Random(EVENTS)
    seconds = sorted(chance.sample(range(3_000), EVENTS))
    return [
        (f"u{chance.randrange(PEOPLE)}", NOON + timedelta(seconds=at), chance.randrange(200), f"order-{number}")
        for number, at in enumerate(seconds)
    ]


def expected(history, *, counting):
    """What one pass in order says: dear purchases, and each third or later one of ten minutes."""
    fired, earlier = set(), defaultdict(list)
    for user, at, amount, _key in history:
        earlier[user].append(at)
        if amount >= 150:
            fired.add(("dear", user, at))
        if counting and sum(at - WITHIN < one <= at for one in earlier[user]) >= 3:
            fired.add(("third", user, at))
    return fired


def got(workspace):
    users = dict(people(workspace.pk).values_list("pk", "user_id"))
    rows = Firing.objects.select_related("rule").values_list("rule__key", "person_id", "event_time")
    found = [(key, users[person], at) for key, person, at in rows]
    assert len(found) == len(set(found))
    return set(found)


def define(workspace, *, counting):
    given.flow(workspace, lateness="1h")
    given.rule(workspace, "dear", **{"if": {"property": "amount", "is": "gte", "value": 150}})
    if counting:
        often = {"did": "buy", "times": {"at_least": 3}, "within": "10m"}
        given.rule(workspace, "third", **{"if": often, "then": [{"add_label": "often"}]})


def feed(workspace, history):
    for start in range(0, len(history), 40):
        rows = [
            row(workspace.pk, user=user, at=at, key=key, properties={"amount": amount})
            for user, at, amount, key in history[start : start + 40]
        ]
        put(*rows, at=NOW)


def work_until_killed(statements):
    """Drain, and die by SIGKILL before the statement of that number, wherever that is."""
    left = [statements]

    def deadly(execute, sql, params, many, context):
        left[0] -= 1
        if left[0] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)

    with clock.at(NOW), connection.execute_wrapper(deadly):
        drain_intake(budget_s=30)


def kill_workers(workspace, history, chance):
    """Let events come in, and workers die at random statements until twenty have; returns all slices."""
    slices, step, died = {}, len(history) // (2 * KILLS), 0
    for start in range(0, len(history), step):
        feed(workspace, history[start : start + step])
        slices |= {each["first_id"]: each for each in Slice.objects.values()}
        if died < KILLS:
            connections.close_all()
            worker = get_context("fork").Process(target=work_until_killed, args=(chance.randrange(2, 120),))
            worker.start()
            worker.join(60)
            died += worker.exitcode == -signal.SIGKILL
    assert died == KILLS
    return slices.values()


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 50, 500])
def test_workers_killed_at_random_points_fire_each_cause_once(workspace, history, monkeypatch, size):
    monkeypatch.setattr(progress, "FULL_SIZE", size)
    define(workspace, counting=True)
    slices = kill_workers(workspace, history, random.Random(size))
    with clock.at(NOW):
        while waiting_partitions():
            drain_intake(budget_s=60)
        assert got(workspace) == expected(history, counting=True)
        actions = Action.objects.count()
        Slice.objects.bulk_create(Slice(**each) for each in slices)  # as if nothing of it had been done
        while waiting_partitions():
            drain_intake(budget_s=60)
    assert not parked(workspace.pk).exists()
    assert got(workspace) == expected(history, counting=True)
    assert Action.objects.count() == actions == Firing.objects.count()


def test_the_order_of_arrival_does_not_change_what_events_alone_set_off(workspace, history, monkeypatch):
    define(workspace, counting=False)
    random.Random(7).shuffle(history)
    monkeypatch.setattr(progress, "FULL_SIZE", 50)
    feed(workspace, history)
    with clock.at(NOW):
        drain_intake(budget_s=60)
    assert got(workspace) == expected(history, counting=False)
