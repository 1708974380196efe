"""Replays of rules on stored history, and publishing a thousand rules: rates, projected times, whole gate."""

import json
import os
import subprocess
import sys

from tests.bench.kit import Line, Report, agree
from tests.bench.place import database

EVENTS = 10_000_000
QUICK = 200_000
MILLION_TARGET_S = 30
"""A replay of ten million events in five minutes is a coffee; of an hour nobody waits for it."""


def run(report: Report, *, quick: bool = False) -> None:
    """Measure the rows (`REPLAY_EVENTS` stores another number of events)."""
    count = int(os.environ.get("REPLAY_EVENTS", QUICK if quick else EVENTS))
    with database() as url:
        told = _elsewhere(url, count)
    _publishing(report, told["publishing"])
    for each in told["replays"]:
        agree(judged=each["events"], stored=count)
        agree(fired=each["fired"], counted=each["expected"])
        per_million = each["seconds"] / each["events"] * 1e6
        report.add(
            Line(
                metric="replay on history",
                workload=f"{count:,} events of {told['people']:,} people, {each['what']}, beside the live version",
                value=f"{each['events'] / each['seconds']:,.0f} events/s, {each['fired']:,} firings",
                limit=f"{MILLION_TARGET_S} s per million",
                ratio=per_million / MILLION_TARGET_S,
                target=1.0,
                at_most=True,
                note=f"{each['seconds']:.0f} s; projected for 10 M: {per_million * 10 / 60:.1f} min",
            )
        )


def _publishing(report: Report, told: dict[str, float]) -> None:
    steps = ", ".join(f"{name} {ms:.0f} ms" for name, ms in told["steps"].items())
    report.add(
        Line(
            metric="publish a thousand rules",
            workload=f"{told['rules']} rules over 20 events, the whole gate, one transaction",
            value=f"{told['seconds']:.2f} s",
            limit="2 s",
            ratio=told["seconds"] / 2,
            target=1.0,
            at_most=True,
            note=steps,
        )
    )


def _elsewhere(url: str, count: int) -> dict[str, object]:
    environment = {**os.environ, "DATABASE_URL": url, "DATABASE_POOL": "0"}
    environment |= {"DJANGO_SETTINGS_MODULE": "tests.bench.settings", "BROKER_URL": "memory://"}
    command = [sys.executable, "-m", "tests.bench.history", str(count)]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])
