"""How soon the console's lists answer: pages and fragments, with 100,000 people, a million events and what they caused.

People, events and their consequences are loaded with COPY and SQL, not through the doors: the figures are about
reading. Requests are answered in this process by the product's own WSGI application, so that no network is measured.
"""

import json
import os
import subprocess
import sys

from tests.bench.crowd import Size
from tests.bench.kit import Line, Report
from tests.bench.place import database

FULL, QUICK = Size(people=100_000, events=1_000_000), Size(people=5_000, events=20_000)
TARGETS = {"page": 300, "fragment": 150}


def run(report: Report, *, quick: bool = False) -> None:
    """Measure each list, as a page and as a fragment, and name the slowest requests."""
    size = QUICK if quick else FULL
    with database() as url:
        settings = {"DATABASE_URL": url, "DATABASE_POOL": "0", "DJANGO_SETTINGS_MODULE": "tests.bench.settings"}
        command = [sys.executable, "-m", "tests.bench.console_measures", str(size.people), str(size.events)]
        environment = {**os.environ, **settings, "LOG_LEVEL": "ERROR"}
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    for kind, address, p95, median, own, theirs in json.loads(done.stdout.splitlines()[-1]):
        report.add(
            Line(
                metric=f"console: {kind} {address}",
                workload=str(size),
                value=f"p95 {p95:.0f} ms, median {median:.0f} ms",
                limit=f"{TARGETS[kind]} ms",
                ratio=p95 / TARGETS[kind],
                target=1,
                at_most=True,
                note=f"of it CPU: p95 {own:.0f} ms ours, {theirs:.0f} ms PostgreSQL's on average",
            )
        )
