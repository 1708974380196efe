"""Events in, over HTTP, committed and idempotent: against raw COPY, a trivial view, and ingest without a framework."""

import json
import os
import random
import subprocess
import sys
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import psycopg

from tests.bench.kit import Line, Report, agree, interleave, median, quantile
from tests.bench.limits import copy as raw
from tests.bench.place import Meter, Sent, Web, backends, database, http_request, send, web

NAMES = ("product_viewed", "cart_updated", "purchase", "coupon_used", "newsletter_opened")
PEOPLE = 5_000
PRODUCT = "config.wsgi:application"
BARE = "tests.bench.limits.bare:application"
SETUP = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from compliance.access.keys import create_key
from compliance.access.workspaces import create_workspace
from config.kit import clock
workspace = create_workspace("bench", name="Bench", now=clock.now())
print(create_key(workspace, kind="write", name="bench", now=clock.now())[1])
"""


def run(report: Report, *, quick: bool = False) -> None:
    """Measure the rows of ingest."""
    with database() as url:
        key = _set_up(url)
        _batches(report, url, key, events=10_000 if quick else 40_000, rounds=2 if quick else 3)
        _singles(report, url, key, requests=1_500 if quick else 6_000, rounds=2 if quick else 3)


def _set_up(url: str) -> str:
    """Migrate the database and return the text of a write key."""
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.bench.settings"}
    done = subprocess.run([sys.executable, "-c", SETUP], env=environment, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def events(count: int, *, seed: int) -> list[dict[str, object]]:
    """Make track items of about 285 bytes, of people who differ in how active they are."""
    chance = random.Random(seed)
    start = datetime.now(UTC) - timedelta(hours=1)
    return [
        {
            "type": "track",
            "messageId": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
            "userId": f"user-{int(PEOPLE * chance.random() ** 2)}",
            "event": chance.choice(NAMES),
            "timestamp": (start + timedelta(milliseconds=n)).isoformat(timespec="milliseconds"),
            "properties": {
                "sku": f"SKU-{chance.randrange(99_999):05d}",
                "category": chance.choice(("grocery", "drug", "meat", "produce")),
                "amount": round(chance.random() * 100, 2),
                "quantity": chance.randrange(1, 9),
                "store": chance.randrange(400),
            },
        }
        for n in range(count)
    ]


def _bodies(items: Sequence[dict[str, object]], size: int) -> list[bytes]:
    chunks = [items[at : at + size] for at in range(0, len(items), size)]
    return [json.dumps({"batch": chunk}, separators=(",", ":")).encode() for chunk in chunks]


class _Batches:
    """Sends the same kind of load to each contestant and measures wall and CPU."""

    def __init__(self, url: str, key: str, count: int) -> None:
        self.url, self.key, self.count = url, key, count
        self.seed = 0
        self.sent_events = 0
        self.last: list[bytes] = []

    def fresh(self, path: str) -> list[bytes]:
        self.seed += 1
        bodies = _bodies(events(self.count, seed=self.seed), 100)
        return [http_request(path, body, key=self.key) for body in bodies]

    def ingest(self, server: Web) -> dict[str, float]:
        self.last = self.fresh("/v1/batch")
        measured = self._measured(server, self.last)
        self.sent_events += self.count
        return measured

    def replay(self, server: Web) -> dict[str, float]:
        return self._measured(server, self.last)

    def bare(self, server: Web) -> dict[str, float]:
        return self._measured(server, self.fresh("/"))

    def copy(self) -> dict[str, float]:
        self.seed += 1
        rows, keys = copy_rows(events(self.count, seed=self.seed))
        raw.prepare(self.url)
        return {"both": self.count / raw.copy(self.url, rows, keys)}

    def copy_events_only(self) -> dict[str, float]:
        self.seed += 1
        rows, _ = copy_rows(events(self.count, seed=self.seed))
        raw.prepare(self.url)
        return {"events": self.count / raw.copy(self.url, rows, None)}

    def _measured(self, server: Web, requests: list[bytes]) -> dict[str, float]:
        meters = Meter(), Meter()
        send(server.port, requests[:8])
        processes = server.processes(), backends(self.url)
        for meter, these in zip(meters, processes, strict=True):
            meter.spent(these)
        sent = send(server.port, requests[8:])
        done = (len(requests) - 8) * 100
        agree(answered=sum(sent.statuses.values()), accepted=sent.statuses.get(202, 0), requests=len(requests) - 8)
        web_cpu, pg_cpu = (meter.spent(these) for meter, these in zip(meters, processes, strict=True))
        return {"rate": done / sent.seconds, "web": web_cpu / done * 1e6, "pg": pg_cpu / done * 1e6}


def copy_rows(items: Sequence[dict[str, object]]) -> tuple[bytes, bytes]:
    """Write the rows that ingest would store, in COPY's text form, in the order of their ids."""
    base = uuid.uuid4().int & ~0xFFFFFF
    rows, keys = [], []
    for n, item in enumerate(items):
        person = uuid.uuid5(uuid.NAMESPACE_URL, str(item["userId"]))
        properties = json.dumps(item["properties"], separators=(",", ":"))
        ident = uuid.UUID(int=base + n)
        rows.append(
            f"{ident}\t{person}\t{item['timestamp']}\t1\t1\t{item['event']}\t{item['userId']}\t\\N\t{properties}\t\\N\n"
        )
        keys.append(f"1\t{item['messageId']}\t{ident}\t{n}\n")
    return "".join(rows).encode(), "".join(keys).encode()


def _batches(report: Report, url: str, key: str, *, events: int, rounds: int) -> None:
    load = _Batches(url, key, events)
    with (
        web(PRODUCT, url=url) as product,
        web("tests.bench.limits.bare:application", url=url) as bare,
    ):
        results = interleave(
            {
                "ingest": partial(load.ingest, product),
                "replay": partial(load.replay, product),
                "bare": partial(load.bare, bare),
                "copy": load.copy,
                "copy of events": load.copy_events_only,
            },
            rounds=rounds,
        )
    figure = {name: {part: median([run[part] for run in runs]) for part in runs[0]} for name, runs in results.items()}
    stored = _stored(url)
    ours, bare_figures = figure["ingest"], figure["bare"]
    workload = f"HTTP batches of 100, 8 connections, {events} events × {rounds}"
    report.add(
        Line(
            metric="ingest, batch 100",
            workload=workload,
            value=f"{ours['rate']:,.0f} events/s",
            limit=f"raw COPY, same tables and indexes: {figure['copy']['both']:,.0f} rows/s",
            ratio=ours["rate"] / figure["copy"]["both"],
            target=0.45,
            note=f"COPY of the event table alone: {figure['copy of events']['events']:,.0f} rows/s; "
            f"journals agree: {stored} rows of {load.sent_events} sent",
        )
    )
    cpu, bare_cpu = ours["web"] + ours["pg"], bare_figures["web"] + bare_figures["pg"]
    report.add(
        Line(
            metric="ingest CPU",
            workload=workload,
            value=f"web {ours['web']:.1f} + PostgreSQL {ours['pg']:.1f} µs/event",
            limit=f"bare WSGI, same statement: {bare_figures['web']:.1f} + {bare_figures['pg']:.1f}",
            ratio=cpu / bare_cpu,
            target=1.6,
            at_most=True,
            note="aim: web ≤ 15, PostgreSQL ≤ 35",
        )
    )
    report.add(
        Line(
            metric="duplicates replayed",
            workload="the same requests again",
            value=f"{figure['replay']['rate']:,.0f} events/s",
            limit=f"first time: {ours['rate']:,.0f}",
            ratio=figure["replay"]["rate"] / ours["rate"],
            target=1.0,
            note="no new row; CPU "
            f"web {figure['replay']['web']:.1f} + PostgreSQL {figure['replay']['pg']:.1f} µs/event",
        )
    )
    _storage(report, url)


def _stored(url: str) -> int:
    """Return how many events there are; every journal must say the same."""
    with psycopg.connect(url) as connection:
        (found,) = connection.execute("select count(*) from audiences_event").fetchone()
        (keys,) = connection.execute("select count(*) from audiences_event_key").fetchone()
    return agree(events=found, keys=keys)


def _storage(report: Report, url: str) -> None:
    rows, _ = copy_rows(events(20_000, seed=99))
    raw.prepare(url)
    raw.copy(url, rows, None, table="raw_heap")
    (heap,) = raw.sizes(url, "raw_heap")
    with psycopg.connect(url) as connection:
        count = _stored(url)
        (event,) = connection.execute(SIZE, ["audiences_event"]).fetchone()
        (keys,) = connection.execute(SIZE, ["audiences_event_key"]).fetchone()
    report.add(
        Line(
            metric="storage",
            workload="events with their indexes",
            value=f"{event / count:.0f} bytes/event",
            limit=f"heap alone, by COPY: {heap / 20_000:.0f}",
            ratio=(event / count) / (heap / 20_000),
            target=1.4,
            at_most=True,
            note=f"idempotency keys, kept 35 days: {keys / count:.0f} bytes/event more",
        )
    )


SIZE = """
select sum(pg_total_relation_size(relid))::bigint from pg_partition_tree(%s) where isleaf
"""


class _Singles:
    """Sends single calls to the product's track call and to the trivial view."""

    def __init__(self, url: str, key: str, requests: int) -> None:
        self.url, self.key, self.requests = url, key, requests
        self.seed = 1_000
        self.sent_events = 0

    def ingest(self, server: Web, pause: float = 0.0) -> tuple[Sent, float]:
        self.sent_events += self.requests
        return self._send(server, "/v1/track", pause)

    def trivial(self, server: Web) -> tuple[Sent, float]:
        return self._send(server, "/v1/bench/trivial", 0.0)

    def _send(self, server: Web, path: str, pause: float) -> tuple[Sent, float]:
        """Return what the clients saw, and the CPU of web server and database in µs per request."""
        self.seed += 1
        items = events(self.requests, seed=self.seed)
        calls = [http_request(path, json.dumps(item).encode(), key=self.key) for item in items]
        meter, processes = Meter(), [*server.processes(), *backends(self.url)]
        meter.spent(processes)
        sent = send(server.port, calls, pause=pause)
        agree(sent=self.requests, accepted=sent.statuses.get(202, 0))
        return sent, meter.spent(processes) / self.requests * 1e6


def _singles(report: Report, url: str, key: str, *, requests: int, rounds: int) -> None:
    load, before = _Singles(url, key, requests), _stored(url)
    with web(PRODUCT, url=url) as server:
        load.ingest(server)
        results = interleave(
            {"ingest": partial(load.ingest, server), "trivial": partial(load.trivial, server)}, rounds=rounds
        )
        ours, limit = (median([sent.rate for sent, _ in results[name]]) for name in ("ingest", "trivial"))
        cpu, limit_cpu = (median([cpu for _, cpu in results[name]]) for name in ("ingest", "trivial"))
        half, _ = load.ingest(server, pause=8 / ours)
    agree(stored=_stored(url) - before, sent=load.sent_events)
    report.add(
        Line(
            metric="ingest, batch 1",
            workload=f"single calls, 8 connections, {requests} × {rounds}",
            value=f"{ours:,.0f} requests/s",
            limit=f"trivial Django view: {limit:,.0f} requests/s",
            ratio=ours / limit,
            target=0.25,
            note=f"CPU of web and PostgreSQL {cpu:,.0f} µs/request, of the trivial view {limit_cpu:,.0f}; "
            f"at half load ({half.rate:,.0f}/s): p50 {median(half.latencies) * 1000:.1f} ms, "
            f"p99 {quantile(half.latencies, 0.99) * 1000:.1f} ms (aim < 50)",
        )
    )
