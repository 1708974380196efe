"""A stream of events and one drain beside it, on a database of their own: the other process of the rules' bench."""

import multiprocessing
import time
from typing import Any

import django

django.setup()  # before the models below can be imported

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from audiences.intake import waiting_partitions  # noqa: E402
from audiences.intake.models import Event  # noqa: E402
from audiences.intake.store import store  # noqa: E402
from campaigns import triggers  # noqa: E402
from campaigns.actions import Action  # noqa: E402
from campaigns.flows.definitions import define as define_flow  # noqa: E402
from campaigns.flows.definitions import publish  # noqa: E402
from campaigns.rules.models import Firing  # noqa: E402
from compliance.access.workspaces import create_workspace  # noqa: E402
from config.kit import clock  # noqa: E402
from config.kit.actors import SYSTEM  # noqa: E402
from config.kit.ids import instant_of  # noqa: E402
from tests.bench.kit import quantile  # noqa: E402
from tests.bench.putting import put_live, row_of  # noqa: E402
from tests.bench.rules import events, in_ours, rules  # noqa: E402

PER_SECOND, PER_REQUEST = 2_000, 100
BURST = 20_000
LEAST = 930
"""Big baskets only: about one event in ten makes a rule fire, which is still more than brands bear."""
FLOW = {"key": "thanks", "kind": "journey", "entry": {"on": "api"}, "nodes": {"done": {"do": "exit"}}}


def stream(seconds: int) -> dict[str, Any]:
    """Return what was sent, drained and decided, and how long decisions took."""
    call_command("migrate", verbosity=0)
    workspace_id = _set_up()
    load = events(PER_SECOND * seconds)
    expected = _expected(load)
    connection.close()
    feeder = multiprocessing.get_context("fork").Process(target=_feed, args=(workspace_id, load))
    feeder.start()
    told = _drain_until(len(load), feeder)
    told |= {
        "sent": len(load),
        "stored": Event.objects.exclude(name="segment.entered").count(),
        "firings": Firing.objects.count(),
        "actions": Action.objects.count(),
        "expected": expected,
    }
    return told | _burst(workspace_id)


def _set_up() -> int:
    workspace = create_workspace("bench", name="Bench", now=clock.now())
    publish(define_flow(workspace.pk, FLOW, actor=SYSTEM, now=clock.now()), actor=SYSTEM, now=clock.now())
    made = [
        {"key": name, "on": [kind], "if": in_ours(amount, city, level), "then": [{"start_flow": "thanks"}]}
        for name, kind, amount, city, level in rules(1_000, least=LEAST)
    ]
    put_live(workspace.pk, made)
    return workspace.pk


def _expected(load: list[dict[str, Any]]) -> int:
    made = rules(1_000, least=LEAST)
    return sum(
        event["kind"] == kind and event["amount"] > amount and event["city"] == city and event["level"] >= level
        for event in load
        for _, kind, amount, city, level in made
    )


def _feed(workspace_id: int, load: list[dict[str, Any]]) -> None:
    start = time.perf_counter()
    for at in range(0, len(load), PER_REQUEST):
        store(
            [row_of(workspace_id, at + n, event) for n, event in enumerate(load[at : at + PER_REQUEST])],
            received_at=clock.now(),
        )
        time.sleep(max(0.0, start + (at + PER_REQUEST) / PER_SECOND - time.perf_counter()))


def _drain_until(count: int, feeder: Any) -> dict[str, Any]:
    """Drain as the worker does, and note for each event the time from its receipt to the commit."""
    waits: list[float] = []
    batches: list[Any] = []
    real = triggers.claim_batch

    def noting(partition: int, *, limit: int = 500) -> Any:
        batch = real(partition, limit=limit)
        if batch is not None:
            batches.append(batch)
        return batch

    triggers.claim_batch = noting
    start, drained = time.process_time(), 0
    while drained < count:
        for partition in waiting_partitions():
            batches.clear()
            done = triggers.drain_partition(partition)
            committed = clock.now()
            drained += done.events if done else 0
            waits += [(committed - instant_of(event.id)).total_seconds() for batch in batches for event in batch.events]
        if not feeder.is_alive() and not waiting_partitions():
            break
        time.sleep(0.005)
    triggers.claim_batch = real
    feeder.join()
    cpu = time.process_time() - start
    return {"drained": drained, "cpu": cpu, "p50": quantile(waits, 0.5), "p99": quantile(waits, 0.99)}


def _burst(workspace_id: int) -> dict[str, Any]:
    load = events(BURST, seed=1)
    for at in range(0, BURST, 500):
        rows = [row_of(workspace_id, 10**9 + at + n, event) for n, event in enumerate(load[at : at + 500])]
        store(rows, received_at=clock.now())
    wall, cpu = time.perf_counter(), time.process_time()
    drained = triggers.drain_intake(budget_s=120).events
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {"burst": drained, "burst_rate": drained / wall, "burst_cpu_rate": drained / cpu}
