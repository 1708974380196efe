"""The whole way of an event, from the request to the recorded verdict, beside n8n: webhook → IF → nothing.

n8n is no dependency: the part runs where N8N_FOLDER names a folder with `node_modules/n8n` (Node 20). Both store in
PostgreSQL, on one server: n8n its executions, ours the event, its verdict and the action, through the whole drain. Both
are asked over eight connections by the same client, and timed until the last event is judged and committed.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg

from tests.bench.ingest import PRODUCT
from tests.bench.kit import Line, Report, agree
from tests.bench.place import database, free_port, http_request, send, wait_for, web

ONE_BY_ONE, HUNDREDS = 10.0, 100.0
LEAST = 50
WORKFLOW: dict[str, Any] = {
    "id": "bench",
    "name": "bench",
    "active": True,
    "nodes": [
        {
            "id": "1",
            "name": "Webhook",
            "type": "n8n-nodes-base.webhook",
            "typeVersion": 2,
            "position": [0, 0],
            "webhookId": "bench",
            "parameters": {"httpMethod": "POST", "path": "bench", "responseMode": "onReceived"},
        },
        {
            "id": "2",
            "name": "IF",
            "type": "n8n-nodes-base.if",
            "typeVersion": 1,
            "position": [200, 0],
            "parameters": {
                "conditions": {
                    "number": [
                        {
                            "value1": "={{ $json.body.properties.amount }}",
                            "operation": "largerEqual",
                            "value2": LEAST,
                        }
                    ]
                }
            },
        },
        {
            "id": "3",
            "name": "Done",
            "type": "n8n-nodes-base.noOp",
            "typeVersion": 1,
            "position": [400, 0],
            "parameters": {},
        },
    ],
    "connections": {
        "Webhook": {"main": [[{"node": "IF", "type": "main", "index": 0}]]},
        "IF": {"main": [[{"node": "Done", "type": "main", "index": 0}]]},
    },
    "settings": {"executionOrder": "v1", "saveDataSuccessExecution": "all"},
}
SETUP = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from campaigns.flows.definitions import define as define_flow, publish
from campaigns.rules.define import define
from compliance.access.keys import create_key
from compliance.access.workspaces import create_workspace
from config.kit import clock
from config.kit.actors import SYSTEM
workspace, told = create_workspace("bench", name="Bench", now=clock.now()), {"actor": SYSTEM, "now": clock.now()}
flow = {"key": "thanks", "kind": "journey", "entry": {"on": "api"}, "nodes": {"done": {"do": "exit"}}}
publish(define_flow(workspace.pk, flow, **told), **told)
rule = {"key": "big", "on": ["purchase"], "if": {"property": "amount", "is": "gte", "value": LEAST},
        "then": [{"start_flow": "thanks"}]}
define(workspace.pk, rule, **told)
print(create_key(workspace, kind="write", name="bench", now=clock.now())[1])
"""
DRAIN = """
import django; django.setup()
import time
from campaigns.triggers import drain_intake
while True:
    drain_intake(budget_s=1)
    time.sleep(0.005)
"""


def run(report: Report, *, quick: bool = False) -> None:
    """Measure both; without n8n say so."""
    folder = Path(os.environ.get("N8N_FOLDER", "."))
    if not (folder / "node_modules/n8n/bin/n8n").exists():
        print("n8n: left out, N8N_FOLDER names no folder with node_modules/n8n", file=sys.stderr)
        return
    with database() as url:
        theirs = _theirs(url, folder, 300 if quick else 1_500)
    with database() as url, _ours(url) as (port, key):
        single = _timed(url, port, key, count=1_000 if quick else 5_000, size=1)
        hundred = _timed(url, port, key, count=10_000 if quick else 50_000, size=100)
    for rate, size, target in ((single, 1, ONE_BY_ONE), (hundred, 100, HUNDREDS)):
        report.add(
            Line(
                metric="request to recorded verdict",
                workload=f"one rule, {size} {'event' if size == 1 else 'events'} a request, 8 connections",
                value=f"{rate:,.0f} events/s",
                limit=f"n8n, one a request: {theirs:,.0f} events/s",
                ratio=rate / theirs,
                target=target,
            )
        )


def _bodies(count: int, start: int) -> list[dict[str, Any]]:
    return [
        {
            "type": "track",
            "messageId": f"bench-{start + n}",
            "userId": f"user-{n % 2_000}",
            "event": "purchase",
            "properties": {"amount": n % 100, "sku": f"SKU-{n % 9_999:05d}", "store": n % 400},
        }
        for n in range(count)
    ]


def _timed(url: str, port: int, key: str, *, count: int, size: int) -> float:
    """Return the events per second until the last verdict is committed; the firings must be those that are due."""
    before = _scalar(url, "select count(*) from campaigns_firing")
    items = _bodies(count, start=int(time.time() * 1000))
    paths = {1: "/v1/track", 100: "/v1/batch"}
    made = [items[at : at + size] for at in range(0, count, size)]
    requests = [
        http_request(paths[size], json.dumps(part[0] if size == 1 else {"batch": part}).encode(), key=key)
        for part in made
    ]
    started = time.perf_counter()
    sent = send(port, requests)
    while _scalar(url, "select count(*) from audiences_slice"):
        time.sleep(0.01)
    seconds = time.perf_counter() - started
    agree(accepted=sent.statuses.get(202, 0) + sent.statuses.get(200, 0), requests=len(requests))
    due = sum(item["properties"]["amount"] >= LEAST for item in items)
    agree(fired=_scalar(url, "select count(*) from campaigns_firing") - before, due=due)
    return count / seconds


@contextmanager
def _ours(url: str) -> Iterator[tuple[int, str]]:
    """Serve the product with one web process and one worker of rules."""
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.bench.settings"}
    setup = SETUP.replace("LEAST", str(LEAST))
    done = subprocess.run([sys.executable, "-c", setup], env=environment, check=True, capture_output=True, text=True)
    worker = subprocess.Popen([sys.executable, "-c", DRAIN], env=environment)
    try:
        with web(PRODUCT, url=url) as server:
            yield server.port, done.stdout.strip()
    finally:
        worker.kill()
        worker.wait()


def _theirs(url: str, folder: Path, count: int) -> float:
    """Return the executions per second of n8n, until the last is stored as a success."""
    with tempfile.TemporaryDirectory(prefix="sb-n8n-") as home, _n8n(url, folder, home) as port:
        requests = [http_request("/webhook/bench", json.dumps(item).encode()) for item in _bodies(count, start=0)]
        warm = send(port, requests[:20])
        agree(answered=warm.statuses.get(200, 0), asked=20)
        _finished(url, 20)
        started = time.perf_counter()
        sent = send(port, requests)
        _finished(url, count + 20)
        seconds = time.perf_counter() - started
        agree(answered=sent.statuses.get(200, 0), asked=count)
    return count / seconds


def _finished(url: str, count: int) -> None:
    until = time.monotonic() + 300
    while _scalar(url, "select count(*) from execution_entity where finished") < count:
        if time.monotonic() > until:
            raise TimeoutError(f"n8n did not finish {count} executions")
        time.sleep(0.02)


@contextmanager
def _n8n(url: str, folder: Path, home: str) -> Iterator[int]:
    parts, port = urlsplit(url), free_port()
    settings = {
        "DB_TYPE": "postgresdb",
        "DB_POSTGRESDB_HOST": parse_qs(parts.query)["host"][0],
        "DB_POSTGRESDB_DATABASE": parts.path.strip("/"),
        "DB_POSTGRESDB_USER": parts.username or "",
        "N8N_USER_FOLDER": home,
        "N8N_PORT": str(port),
        "N8N_LISTEN_ADDRESS": "127.0.0.1",
        "N8N_RUNNERS_ENABLED": "false",
        "N8N_DIAGNOSTICS_ENABLED": "false",
        "N8N_VERSION_NOTIFICATIONS_ENABLED": "false",
        "EXECUTIONS_DATA_SAVE_ON_SUCCESS": "all",
    }
    environment = {**os.environ, **settings}
    program = ["node", str(folder / "node_modules/n8n/bin/n8n")]
    flow = Path(home) / "bench.json"
    flow.write_text(json.dumps([WORKFLOW]))
    quiet: dict[str, Any] = {"env": environment, "stdout": subprocess.DEVNULL}
    subprocess.run([*program, "import:workflow", f"--input={flow}"], check=True, **quiet)
    subprocess.run([*program, "update:workflow", "--id=bench", "--active=true"], check=True, **quiet)
    child = subprocess.Popen([*program, "start"], **quiet)
    try:
        wait_for(port)
        _until_registered(port)
        yield port
    finally:
        child.terminate()
        child.wait(30)


def _until_registered(port: int) -> None:
    """Wait until the webhook answers: the port is open some seconds before."""
    until = time.monotonic() + 60
    while send(port, [http_request("/webhook/bench", b"{}")]).statuses.get(200, 0) != 1:
        if time.monotonic() > until:
            raise TimeoutError("n8n's webhook does not answer")
        time.sleep(0.5)


def _scalar(url: str, query: str) -> int:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(query).fetchone()  # type: ignore[arg-type]  # the texts are ours
        return int(row[0]) if row else 0
