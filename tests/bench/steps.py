"""Due steps: runs that end a wait, open a message and wait again, against a bare claim loop on the same server."""

import os
from multiprocessing import get_context
from typing import Any

from tests.bench.kit import Line, Report, interleave, median
from tests.bench.place import database


def run(report: Report, *, quick: bool = False) -> None:
    """Measure the row of journey steps, in a process of its own: it needs Django on the database of this run."""
    people = 2_000 if quick else 20_000
    context = get_context("spawn")
    with database() as url:
        reader, writer = context.Pipe(duplex=False)
        child = context.Process(target=_measure, args=(url, people, 1 if quick else 3, writer))
        child.start()
        writer.close()
        found = reader.recv()
        child.join()
    seconds = {name: median([wall for wall, _ in runs]) for name, runs in found.items()}
    micros = median([cpu for _, cpu in found["ours"]]) / people * 1e6
    report.add(
        Line(
            metric="journey steps",
            workload=f"{people} due runs: wait ended, message opened, next wait; three history rows each",
            value=f"{people / seconds['ours']:,.0f} steps/s, {micros:.0f} µs CPU of the worker",
            limit=f"bare claim loop {people / seconds['bare']:,.0f}/s",
            ratio=seconds["bare"] / seconds["ours"],
            target=0.6,
        )
    )


def _measure(url: str, people: int, rounds: int, writer: Any) -> None:
    os.environ |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.bench.settings", "LOG_LEVEL": "ERROR"}
    import django  # noqa: PLC0415  the process starts without it

    django.setup()
    from tests.bench.walking import Walking  # noqa: PLC0415

    walking = Walking(people=people)
    writer.send(interleave({"ours": walking.ours, "bare": walking.bare}, rounds=rounds))
