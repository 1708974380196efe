"""E-mail, from pending rows to settled ones: against smtplib in a loop, and against Django's own sending."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from tests.bench.kit import Line, Report, agree, interleave, median
from tests.bench.place import database


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One program's run."""

    rate: float
    micros: float
    """CPU of the sending process per message; the database's and the server's are not in it."""


def run(report: Report, *, quick: bool = False) -> None:
    """Measure the rows of e-mail."""
    counts = {"raw": 1_000, "django": 400, "ours": 2_000, "ours-no-trail": 2_000}
    if not quick:
        counts = {name: 3 * count for name, count in counts.items()}
    with database() as url:
        environment = {**os.environ, "DATABASE_URL": url, "DATABASE_POOL": "0", "LOG_LEVEL": "ERROR"}
        environment["DJANGO_SETTINGS_MODULE"] = "tests.bench.settings"
        _python(["manage.py", "migrate", "-v0"], environment)
        programs = {name: partial(_measure, name, count, environment) for name, count in counts.items()}
        ran = interleave(programs, rounds=1 if quick else 3)
    _say(report, {name: _middle(runs) for name, runs in ran.items()})


def _say(report: Report, ran: dict[str, Ran]) -> None:
    ours, raw, slow, bare = ran["ours"], ran["raw"], ran["django"], ran["ours-no-trail"]
    text = f"{ours.rate:,.0f} msg/s, {ours.micros:.0f} µs CPU"
    rows = (
        (
            "e-mail",
            "outbox → sink, personalised HTML",
            f"smtplib loop {raw.rate:,.0f} msg/s",
            ours.rate / raw.rate,
            1.5,
        ),
        ("e-mail per core", "the sender's CPU", "3,000 msg/s per core", 1e6 / ours.micros / 3000, 1.0),
        ("e-mail and Django", "same texts", f"Django {slow.rate:,.0f} msg/s", ours.rate / slow.rate, 4.0),
    )
    for metric, workload, limit, ratio, target in rows:
        report.add(Line(metric=metric, workload=workload, value=text, limit=limit, ratio=ratio, target=target))
    cost = bare.rate / ours.rate - 1
    report.add(
        Line(
            metric="audit",
            workload="e-mail with the trail, without it",
            value=f"{cost:+.0%}",
            limit=f"without: {bare.rate:,.0f} msg/s",
            ratio=max(cost, 0.001),
            target=0.25,
            at_most=True,
        )
    )


def _measure(program: str, count: int, environment: dict[str, str]) -> Ran:
    with _sink() as (port, taken):
        answer = json.loads(_python(["-m", "tests.bench.limits.mail", program, str(port), str(count)], environment))
        agree(asked=count, sent=answer["sent"], taken=taken() - (100 if program.startswith("ours") else 0))
    return Ran(rate=count / answer["seconds"], micros=answer["cpu"] / count * 1e6)


@contextmanager
def _sink() -> Iterator[tuple[int, object]]:
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.limits.smtp_sink"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield int(child.stdout.readline()), lambda: int(child.communicate()[0])
    finally:
        child.kill()
        child.wait()


def _python(arguments: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run([sys.executable, *arguments], env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""


def _middle(runs: list[Ran]) -> Ran:
    return Ran(rate=median([run.rate for run in runs]), micros=median([run.micros for run in runs]))
