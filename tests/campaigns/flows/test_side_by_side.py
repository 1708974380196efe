"""Workers side by side: nobody waits in vain, nothing happens twice, and no event falls between two of them."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from campaigns.actions import Action
from campaigns.delivery.models import Delivery
from campaigns.flows.advancing import advance_due
from campaigns.flows.models import Run, Step
from campaigns.flows.starting import drain_actions
from campaigns.triggers import drain_intake
from config.kit import clock
from config.kit.ids import derived
from tests.campaigns.flows.world import DONE, MAIL, WAIT, journey, world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def brand(transactional_db):
    return world()


def in_thread(work):
    """Do `work` on a connection of its own."""

    def run():
        try:
            return work()
        finally:
            connection.close()

    return run


def together(*works):
    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result(timeout=30) for future in [pool.submit(in_thread(work)) for work in works]]


def test_due_runs_are_shared_out_and_each_goes_on_once(brand):
    brand.live(journey(nodes={"start": {**WAIT, "next": "mail"}, "mail": MAIL, "done": DONE}))
    for number in range(60):
        brand.put(f"u{number}")
    brand.work()
    now = brand.now + timedelta(hours=1)

    def work():
        done = 0
        while taken := advance_due(now, limit=5):
            done += taken
        return done

    assert sum(together(work, work, work)) == 60
    assert Delivery.objects.count() == 60
    assert Step.objects.filter(node="mail", outcome="opened").count() == 60
    assert Run.objects.filter(exit_reason="completed").count() == 60


def test_a_person_enters_once_however_many_workers_start_runs(brand):
    flow = brand.live(journey())
    for number in range(40):
        Action.objects.create(
            workspace_id=brand.workspace.pk,
            kind="start_flow",
            dedupe=derived("test", number),
            person_id=brand.person(f"u{number % 4}"),
            event_id=derived("event", number),
            payload={
                "flow_id": flow.pk,
                "event": {"name": "sign_up", "at": brand.now.isoformat(), "properties": {}},
            },
            created_at=brand.now,
        )

    def work():
        for _ in range(30):
            drain_actions(brand.now, limit=3)

    together(work, work, work)
    assert Run.objects.count() == 4
    assert Action.objects.filter(state="done").count() == 4
    assert Action.objects.filter(state="refused", reason="already_entered").count() == 36


def test_an_exit_event_that_comes_while_the_run_is_being_started_ends_it(brand):
    brand.live(journey(exit=[{"event": "buy"}]))
    brand.put("u1")
    with clock.at(brand.now):
        drain_intake()
    started, bought = threading.Event(), threading.Event()

    def start():
        with transaction.atomic():
            assert drain_actions(brand.now) == 1
            started.set()
            assert not bought.wait(0.5), "the event was worked on although the start was not known yet"

    def buy():
        assert started.wait(10)
        later = brand.now + timedelta(seconds=1)
        with clock.at(later):
            brand.now = later
            brand.put("u1", "buy")
            deadline = time.monotonic() + 10
            while drain_intake().events == 0 and time.monotonic() < deadline:
                pass
        bought.set()

    together(start, buy)
    assert Run.objects.get().exit_reason == "exit_event"


def test_a_start_that_comes_after_the_exit_event_sees_it(brand):
    brand.live(journey(exit=[{"event": "buy"}]))
    brand.put("u1")
    with clock.at(brand.now):
        drain_intake()
    brand.now += timedelta(seconds=1)
    brand.put("u1", "buy")
    touched, committed = threading.Event(), threading.Event()

    def buy():
        with transaction.atomic(), clock.at(brand.now):
            assert drain_intake().events == 1
            touched.set()
            committed.wait(0.3)

    def start():
        assert touched.wait(10)
        assert drain_actions(brand.now) == 0, "the action is held by the event that may concern it"
        committed.set()

    together(buy, start)
    drain_actions(brand.now)
    assert Run.objects.get().exit_reason == "exit_event"
