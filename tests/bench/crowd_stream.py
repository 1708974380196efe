"""Events as they come, and one drain beside them: how long until membership follows; and a definition as a job."""

import multiprocessing
import random
import time
from datetime import timedelta
from typing import Any

import msgspec
from django.db import connection

from audiences import segments
from audiences.intake import partition_of, waiting_partitions
from audiences.intake.store import Row, store
from audiences.segments.models import Membership, Segment
from campaigns import triggers
from compliance.jobs import find_job
from compliance.jobs.running import run_next
from config.kit import clock
from config.kit.actors import SYSTEM
from config.kit.ids import derived, instant_of, uuid7
from tests.bench.crowd import WORKSPACE
from tests.bench.kit import median, quantile

PER_REQUEST = 50
PEOPLE = 10_000
SUSTAINED = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)
"""Parts of what one drain manages alone: with events coming in, the server has both to do."""


def streamed(*, seconds: int, per_second: int) -> dict[str, Any]:
    """Return how long events waited from their receipt until the memberships that follow from them were committed."""
    connection.close()
    feeder = multiprocessing.get_context("fork").Process(target=_feed, args=(seconds, per_second))
    feeder.start()
    waits = _drain_until(seconds * per_second, feeder)
    feeder.join()
    figures = {"per_second": per_second, "events": len(waits), "lag_s": max(waits, default=0.0)}
    return figures | {"p50": quantile(waits, 0.5), "p99": quantile(waits, 0.99), "grows": _is_growing(waits)}


def flooded(count: int, *, seconds: int) -> dict[str, Any]:
    """Find the highest rate that one drain sustains while events come in, and how long they wait then."""
    most = _capacity(count)
    tried = []
    for part in SUSTAINED:
        tried.append(streamed(seconds=seconds, per_second=int(most * part)))
        if not tried[-1]["grows"]:
            break
    return tried[-1] | {"capacity": most, "tried": [one["per_second"] for one in tried]}


def _capacity(count: int) -> float:
    """Return how many waiting events a second one drain absorbs while nothing else happens."""
    chance = random.Random(5)
    for _ in range(0, count, 500):
        store([_row(chance) for _ in range(500)], received_at=clock.now())
    start = time.perf_counter()
    waits = _drain_until(count, None)
    return len(waits) / (time.perf_counter() - start)


def _is_growing(waits: list[float]) -> bool:
    """Tell whether those who came last waited longer than those in the middle; a little is chance."""
    third = len(waits) // 3
    return median(waits[-third:]) > 1.5 * median(waits[third:-third]) + 0.1


def _feed(seconds: int, per_second: int) -> None:
    chance, start, total = random.Random(uuid7().int), time.perf_counter(), seconds * per_second
    for at in range(0, total, PER_REQUEST):
        store([_row(chance) for _ in range(PER_REQUEST)], received_at=clock.now())
        time.sleep(max(0.0, start + (at + PER_REQUEST) / per_second - time.perf_counter()))


def _row(chance: random.Random) -> Row:
    user = f"u{chance.randrange(PEOPLE)}"
    person = derived(WORKSPACE, "user", user)
    return Row(
        w=WORKSPACE,
        d=uuid7().hex,
        b=0,
        p=person.hex,
        s=partition_of(person),
        k=1,
        n=chance.choice(("view", "view", "view", "cart", "purchase", "open")),
        t=clock.now(),
        u=user,
        r=msgspec.Raw(b'{"amount": 12.5}'),
    )


def _drain_until(count: int, feeder: Any) -> list[float]:
    """Drain as the worker does, one process, and note for each event the time from its receipt to the commit."""
    waits: list[float] = []
    batches: list[Any] = []
    real = triggers.claim_batch

    def noting(partition: int, *, limit: int = 500) -> Any:
        batch = real(partition, limit=limit)
        if batch is not None:
            batches.append(batch)
        return batch

    triggers.claim_batch = noting
    until = time.monotonic() + 300
    while len(waits) < count and time.monotonic() < until:
        for partition in waiting_partitions():
            batches.clear()
            triggers.drain_partition(partition)
            committed = clock.now()
            waits += [
                (committed - instant_of(event.id)).total_seconds()
                for batch in batches
                for event in batch.events
                if event.name[:8] != "segment."
            ]
        if (feeder is None or not feeder.is_alive()) and not waiting_partitions():
            break
        time.sleep(0.005)
    triggers.claim_batch = real
    return waits


def computed_by_job() -> dict[str, Any]:
    """Define a segment over everybody and run its job to the end; each entry is an event of its own."""
    where = {"all": [{"trait": "plan", "is": "eq", "value": "pro"}, {"trait": "age", "is": "lt", "value": 30}]}
    Segment.objects.filter(key="new-one").update(live=None, computed=None)
    Segment.objects.filter(key="new-one").delete()
    now, start = clock.now(), time.perf_counter()
    made = segments.define(WORKSPACE, {"key": "new-one", "where": where}, actor=SYSTEM, now=now)
    answered = time.perf_counter() - start
    job_id, start = made.job_id, time.perf_counter()
    while run_next():
        pass
    took = time.perf_counter() - start
    members = Membership.objects.filter(segment=made, left_at=None).count()
    job = find_job(WORKSPACE, job_id) if job_id else None
    state = job.state if job else "at once"
    _settle_events()
    return {"define_ms": answered * 1000, "job_s": took, "members": members, "state": state}


def _settle_events() -> None:
    """Let the drain see the entries, so that the stream after this starts with nothing waiting."""
    until = time.monotonic() + 600
    while waiting_partitions() and time.monotonic() < until:
        triggers.drain_intake(budget_s=timedelta(seconds=60).total_seconds())
