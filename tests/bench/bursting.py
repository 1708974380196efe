"""A day of mentions of one brand through the whole drain, and through bare buckets: the other process of the bench."""

import os
from datetime import timedelta
from time import perf_counter, process_time
from typing import Any

from django.core.management import call_command

from audiences.intake.models import Event
from audiences.mentions.taking import take_mentions
from campaigns.rules.define import define
from campaigns.rules.models import Firing
from campaigns.rules.streams.models import StreamAlarm, StreamBucket, StreamHit
from campaigns.triggers import drain_intake
from compliance.access.workspaces import create_workspace
from config.kit import clock
from config.kit.actors import SYSTEM
from tests.bench import burst_load
from tests.bench.limits import buckets

BATCH = 500
"""As many as the drain takes at a time."""


def measure(count: int) -> dict[str, Any]:
    """Return times and what came out, of both."""
    call_command("migrate", verbosity=0)
    now = clock.now()
    workspace = create_workspace("bench", name="Bench", now=now)
    define(workspace.pk, burst_load.RULE, actor=SYSTEM, now=now)
    told = burst_load.mentions(count, start=now - timedelta(days=1, hours=1))
    requests = [(at, [said.told() for said in part]) for at, part in burst_load.as_they_come(told)]
    started = perf_counter()
    accepted = sum(take_mentions(workspace.pk, part, received_at=at).accepted for at, part in requests)
    accepting = perf_counter() - started
    started, cpu, drained = perf_counter(), process_time(), 0
    while (found := drain_intake(budget_s=60)).events:
        drained += found.events
    seconds, cpu = perf_counter() - started, process_time() - cpu
    expected = burst_load.alarms(told)
    alarms = [(_number(alarm), dict(alarm.amounts)) for alarm in StreamAlarm.objects.order_by("at")]
    if alarms != expected or Firing.objects.count() != len(expected):
        raise RuntimeError(f"alarms {alarms}, expected {expected}, firings {Firing.objects.count()}")
    bare, raised = _bare([part for _, part in requests])
    return {
        "accepted": accepted,
        "accepting": accepting,
        "drained": drained,
        "seconds": seconds,
        "cpu": cpu,
        "alarms": len(alarms),
        "expected": len(expected),
        "figures": expected[0][1],
        "bare": bare,
        "bare_alarms": raised,
        "rows": f"{StreamHit.objects.count()} hits, {StreamBucket.objects.count()} bucket",
    }


def _number(alarm: StreamAlarm) -> int:
    return int(Event.objects.get(pk=alarm.event_id).properties["id"])


def _bare(parts: list[list[dict[str, Any]]]) -> tuple[float, int]:
    ordered = [told for part in parts for told in part]
    batches = [ordered[at : at + BATCH] for at in range(0, len(ordered), BATCH)]
    url = os.environ["DATABASE_URL"].replace("postgres://", "postgresql://", 1)
    started = perf_counter()
    raised = buckets.run(url, batches, over=burst_load.OVER, more_than=burst_load.MORE_THAN, sources=burst_load.SOURCES)
    return perf_counter() - started, raised
