"""Several workers at once, and workers that are killed: on committed rows, as in production."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction

from audiences.intake import claim_batch, waiting_partitions
from audiences.intake.models import Event
from campaigns import progress
from campaigns.actions import Action
from campaigns.parking import parked
from campaigns.rules.gate import ROOT
from campaigns.rules.models import Firing
from campaigns.triggers import Drained, drain_intake, drain_partition
from config.kit import clock
from tests import factories
from tests.audiences.events import put, row
from tests.campaigns.rules import given
from tests.factories import NOON

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("gate_in_process")]


@pytest.fixture
def workspace():
    made = factories.workspace()
    given.flow(made)
    return made


def _buys(workspace, people, each):
    put(
        *(
            row(workspace.pk, user=f"u{n}", properties={"amount": 101 + i}, at=NOON + timedelta(seconds=i))
            for i in range(each)
            for n in range(people)
        )
    )


def _in_a_thread(work):
    def run(_):
        try:
            with clock.at(NOON):
                return work()
        finally:
            connection.close()

    return run


def test_drains_side_by_side_do_everything_once_and_in_order(workspace, monkeypatch):
    monkeypatch.setattr(progress, "FULL_SIZE", 20)
    given.rule(workspace)
    _buys(workspace, people=60, each=8)

    def drain():
        total = Drained()
        while waiting_partitions():
            total += drain_intake(budget_s=30)
        return total

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(_in_a_thread(drain), range(4)))
    assert sum(each.events for each in done) == Event.objects.count() == 480
    assert sum(each.firings for each in done) == Firing.objects.count() == Action.objects.count() == 480
    assert not parked(workspace.pk).exists()
    for person in set(Firing.objects.values_list("person_id", flat=True)):
        fired = list(Firing.objects.filter(person_id=person).order_by("id").values_list("event_time", flat=True))
        assert fired == sorted(fired)


def test_a_partition_that_another_worker_has_is_left_alone(workspace):
    _buys(workspace, people=1, each=2)
    (partition,) = waiting_partitions()
    with transaction.atomic():
        assert claim_batch(partition)
        with ThreadPoolExecutor(1) as pool:
            assert list(pool.map(_in_a_thread(lambda: drain_partition(partition)), [0])) == [None]
            assert list(pool.map(_in_a_thread(drain_intake), [0])) == [Drained()]


DEADLY_DRAIN = """
import os, signal
import django
django.setup()
from campaigns.rules.program import Program
from campaigns.triggers import drain_intake
def match(self, event, facts):
    os.kill(os.getpid(), signal.SIGKILL)
Program.match = match
print(drain_intake(budget_s=30))
"""


@pytest.mark.slow
def test_workers_killed_inside_the_engine_leave_a_count_and_the_next_one_goes_without_it(workspace):
    given.rule(workspace)
    put(*(row(workspace.pk, user="u", properties={"amount": 101 + n}, at=_now()) for n in range(5)), at=_now())
    environment = {**os.environ, "DATABASE_URL": _url(), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    ends = [
        subprocess.run(
            [sys.executable, "-c", DEADLY_DRAIN], cwd=ROOT, env=environment, check=False, capture_output=True
        ).returncode
        for _ in range(progress.DEADLY + 1)
    ]
    assert ends == [-9] * progress.DEADLY + [0]
    assert Firing.objects.count() == 5
    assert waiting_partitions() == []
    assert not parked(workspace.pk).exists()


def _now():
    return clock.now()


def _url():
    """Return the address of the test database."""
    given_url = settings.DATABASE_URL
    name = connection.settings_dict["NAME"]
    head, _, query = given_url.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")
