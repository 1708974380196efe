"""Several workers, and workers that are killed: groups whose people are spread over all partitions come out right."""

import os
import random
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection

from audiences.intake import waiting_partitions
from audiences.intake.models import Event
from campaigns import progress
from campaigns.parking import parked
from campaigns.rules.gate import ROOT
from campaigns.rules.models import Firing
from campaigns.rules.streams.models import StreamAlarm, StreamBucket, StreamHit
from campaigns.triggers import drain_intake, sweep_rules
from config.kit import clock
from tests import factories
from tests.audiences.events import put, row
from tests.campaigns.rules.streams import given, plain
from tests.factories import NOON

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("gate_in_process")]
CITIES = ("Ulm", "上海")
OVER = timedelta(seconds=60)
LATER = NOON + timedelta(minutes=30)


@pytest.fixture
def workspace():
    made = factories.workspace()
    measure = {"count": {}, "distinct": "source", "sum": "amount"}
    condition = {
        "all": [{"measure": "count", "is": "gte", "value": 6}, {"measure": "distinct", "is": "gte", "value": 3}]
    }
    shape = {"on": ["failed"], "group_by": ["city"], "where": [], "over": "60s", "resolve": "5s"}
    given.burst(made, "patient", measure=measure, grace="1h", **shape, **{"if": condition})
    given.burst(made, "eager", measure=measure, **shape, **{"if": condition})
    return made


def feed(workspace, *, start=NOON, received_at=LATER, size=400):
    """Store events of sixty people in two cities, in any order; return what was told of each city."""
    chance = random.Random(size)
    tenths = chance.sample(range(18_000), size)
    told = [
        (start + timedelta(seconds=tenth / 10), number, chance.choice("abcd"), chance.choice([0.1, 2, 3.7]))
        for number, tenth in enumerate(tenths, start=1)
    ]
    for begin in range(0, size, 20):
        put(
            *(
                row(
                    workspace.pk,
                    user=f"u{number % 60}",
                    name="failed",
                    at=at,
                    properties={"n": number, "city": CITIES[number % 2], "source": source, "amount": amount},
                )
                for at, number, source, amount in told[begin : begin + 20]
            ),
            at=received_at,
        )
    return {city: [each for each in told if CITIES[each[1] % 2] == city] for city in CITIES}


def expected(told):
    return plain.alarms(
        told, over=OVER, holds=lambda f: f["count"] >= 6 and f["distinct"] >= 3, resolve=timedelta(seconds=5)
    )


def agree(told):
    numbers = dict(Event.objects.filter(name="failed").values_list("pk", "properties"))
    for city in CITIES:
        wanted = [(alarm.began_at, alarm.cause, alarm.resolved_at) for alarm in expected(told[city])]
        for key in ("patient", "eager"):
            rows = StreamAlarm.objects.filter(rule__key=key, values={"city": city}).order_by("at")
            found = [(row.began_at, row.event_id and numbers[row.event_id]["n"], row.resolved_at) for row in rows]
            # what does not wait for late events may have fired twice for what turned out to be one episode
            assert (found if key == "patient" else sorted(set(found))) == wanted, key
    assert Firing.objects.count() == StreamAlarm.objects.count() > 8
    assert StreamHit.objects.count() == 2 * sum(map(len, told.values()))
    assert sum(StreamBucket.objects.filter(slot=-1).values_list("n", flat=True)) == StreamHit.objects.count()


def settle(now):
    with clock.at(now):
        while waiting_partitions():
            drain_intake(budget_s=30)
        sweep_rules(now)


def test_groups_over_all_partitions_come_out_the_same_with_four_workers(workspace, monkeypatch):
    monkeypatch.setattr(progress, "FULL_SIZE", 20)
    told = feed(workspace)

    def work(_):
        try:
            with clock.at(LATER):
                while waiting_partitions():
                    drain_intake(budget_s=30)
                    sweep_rules(LATER)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    settle(LATER + timedelta(hours=2))
    assert not parked(workspace.pk).exists()
    agree(told)


WORKER = """
import os, signal, sys
import django
django.setup()
from importlib import import_module
from campaigns import progress
from campaigns.triggers import drain_intake, sweep_rules
from config.kit import clock
progress.FULL_SIZE = 20
module, name, left = import_module(sys.argv[1]), sys.argv[2], [int(sys.argv[3])]
kept = getattr(module, name)
def deadly(*given, **named):
    found = kept(*given, **named)
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    return found
setattr(module, name, deadly)
while True:
    drain_intake(budget_s=1)
    sweep_rules(clock.now())
"""
ROWS = "campaigns.rules.streams.rows"
POINTS = [
    (ROWS, "lock_groups", 2),
    (ROWS, "keep_hits", 3),
    (ROWS, "rewrite_turns", 2),
    (ROWS, "raise_alarms", 4),
    ("campaigns.triggers", "record_firings", 3),
    ("campaigns.triggers", "finish", 2),
]


@pytest.mark.slow
@pytest.mark.faults
def test_workers_killed_in_the_middle_leave_the_same_alarms(workspace):
    now = clock.now()
    told = feed(workspace, start=now - timedelta(minutes=40), received_at=now)
    environment = {**os.environ, "DATABASE_URL": _url(), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    for point in POINTS:
        command = [sys.executable, "-c", WORKER, *map(str, point)]
        done = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, timeout=60)
        assert done.returncode == -signal.SIGKILL, (point, done.stderr[-2000:])
    assert waiting_partitions()
    settle(now + timedelta(hours=2))
    assert not parked(workspace.pk).exists()
    agree(told)


def _url():
    """Return the address of the test database."""
    head, _, query = settings.DATABASE_URL.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{connection.settings_dict['NAME']}" + (f"?{query}" if query else "")
