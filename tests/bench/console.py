"""How soon the console answers: pages and fragments, with 100,000 people, a million events and what they caused.

People, events and their consequences are loaded with COPY and SQL, not through the doors: the figures are about
reading. Requests are answered in this process by the product's own WSGI application, so that no network is measured.
"""

import json
import os
import subprocess
import sys
from typing import Final

from tests.bench.crowd import Size
from tests.bench.kit import Line, Report
from tests.bench.place import database

FULL, QUICK = Size(people=100_000, events=1_000_000), Size(people=5_000, events=20_000)
TARGETS = {"page": 300, "fragment": 150}
MEMBER: Final = ("ada", "correct horse battery")
BUILT: Final = "bench-built"
"""The key of the segment whose builder is asked."""


def run(report: Report, *, quick: bool = False) -> None:
    """Measure each list, as a page and as a fragment, the home page, a person, the builder, the palette."""
    size = QUICK if quick else FULL
    with database() as url:
        for kind, address, p95, median, own, theirs, weight in json.loads(_told(url, size).splitlines()[-1]):
            report.add(
                Line(
                    metric=f"console: {kind} {address}",
                    workload=str(size),
                    value=f"p95 {p95:.0f} ms, median {median:.0f} ms",
                    limit=f"{TARGETS[kind]} ms",
                    ratio=p95 / TARGETS[kind],
                    target=1,
                    at_most=True,
                    note=f"of it CPU: {own:.0f} ms ours, {theirs:.0f} ms PostgreSQL's; {weight / 1024:.0f} KiB",
                )
            )


def prepare(url: str, size: Size) -> None:
    """Fill an empty database with the crowd and what it caused."""
    _told(url, size, "--prepare")


def _told(url: str, size: Size, *options: str) -> str:
    settings = {"DATABASE_URL": url, "DATABASE_POOL": "0", "DJANGO_SETTINGS_MODULE": "tests.bench.settings"}
    command = [sys.executable, "-m", "tests.bench.console_measures", str(size.people), str(size.events), *options]
    environment = {**os.environ, **settings, "LOG_LEVEL": "ERROR"}
    return subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
