"""Who belongs, how many, how soon: on 100,000 people and two million events, or `--people 1000000`.

The scratch database is on DATABASE_URL's server, or on a PostgreSQL of its own. Everything is asked for the same
instant, on a warm cache; ours and the hand's SQL take turns, and both must count the same, as must DuckDB and chdb
where they are installed. `--keep` leaves the crowds where they are and asks them again next time, and
keeps each stage's figures in `var/bench`: a run that broke off goes on where it was; delete the file to measure anew.
"""

import json
import os
import subprocess
import sys
from math import log10
from pathlib import Path
from typing import Any

import psycopg

from tests.bench.crowd import NOW, Size
from tests.bench.crowd_questions import QUESTIONS
from tests.bench.kit import Line, Report, agree
from tests.bench.place import database

FULL = Size(people=100_000, events=2_000_000)
QUICK = Size(people=20_000, events=400_000)
Told = dict[str, Any]


def run(report: Report, *, quick: bool = False, people: int = 0, events: int | None = None, keep: bool = False) -> None:
    """Measure one size; the full run measures a hundredth and a tenth of it first, to tell how things grow."""
    asked = Size(people=people, events=events or people * 20) if people else QUICK if quick else FULL
    sizes = [asked] if quick else [_part(asked, 100), _part(asked, 10), asked]
    told = [_measured(size, quick=quick or size != asked, keep=keep) for size in sizes]
    _report(report, asked, told[-1])
    if len(told) > 1:
        _growth(report, told)


def _part(size: Size, divisor: int) -> Size:
    return Size(people=size.people // divisor, events=size.events // divisor)


def _measured(size: Size, *, quick: bool, keep: bool) -> Told:
    """Measure in a process of its own, so that memory is this size's alone."""
    with database(kept=f"signalbox_crowd_{size.people}_{size.events}" if keep else "") as url:
        settings = {"DATABASE_URL": url, "DATABASE_POOL": "0", "DJANGO_SETTINGS_MODULE": "tests.bench.settings"}
        command = [sys.executable, "-m", "tests.bench.crowd_measures", str(size.people), str(size.events)]
        command += ["--quick"] if quick else []
        command += ["--told-in", str(_figures(size))] if keep else []
        environment = {**os.environ, **settings, "LOG_LEVEL": "ERROR", "PGOPTIONS": "-c jit=off"}
        environment["BENCH_NOW"] = _moment(url)
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        told: Told = json.loads(done.stdout.splitlines()[-1])
        return told


def _figures(size: Size) -> Path:
    """Return where the figures of a kept crowd are put down, so that a run that broke off goes on."""
    place = Path("var/bench")
    place.mkdir(parents=True, exist_ok=True)
    return place / f"crowd_{size.people}_{size.events}.json"


def _moment(url: str) -> str:
    """Return the instant for which a crowd was made: a kept one remembers."""
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(MOMENT).fetchone()
        assert row is not None
        name, moment = row
        if moment is None:
            connection.execute(f"comment on database {name} is '{NOW.isoformat()}'")
    return moment or NOW.isoformat()


MOMENT = """
select datname, shobj_description(oid, 'pg_database') from pg_database where datname = current_database()
"""


def _report(report: Report, size: Size, told: Told) -> None:
    for question in QUESTIONS:
        _question(report, size, told, question.name)
    _counts(report, size, told)
    _judging(report, size, told)
    _waiting(report, size, told)
    _room(report, size, told)


def _question(report: Report, size: Size, told: Told, name: str) -> None:
    one = next(question for question in QUESTIONS if question.name == name)
    ours = told["questions"][name]
    report.add(
        Line(
            metric=f"{name}: {one.said}",
            workload=str(size),
            value=f"{ours['ours_ms']:,.0f} ms, {ours['count']:,} people",
            limit=f"best SQL by hand: {ours['by_hand_ms']:,.0f} ms",
            ratio=ours["ours_ms"] / ours["by_hand_ms"],
            target=1.2,
            at_most=True,
            note=_columns(told, name, ours["count"]),
        )
    )
    kind = (
        "exact" if ours["preview_exact"] else f"± {ours['preview_error']:,} (4 samples, off by {ours['preview_off']:,})"
    )
    report.add(
        Line(
            metric=f"{name}: live preview",
            workload=kind,
            value=f"{ours['preview_ms']:,.0f} ms",
            limit="1 s",
            ratio=ours["preview_ms"] / 1000,
            target=1.0,
            at_most=True,
            note=f"exact count {ours['ours_ms']:,.0f} ms of {one.aim_ms:,}",
        )
    )


def _columns(told: Told, name: str, count: int) -> str:
    parts = []
    for engine, found in told["columns"].items():
        if found is None:
            parts.append(f"{engine} is not installed: skipped")
            continue
        answer = found["questions"][name]
        agree(ours=count, **{engine: answer["count"]})
        parts.append(f"{engine} {found['version']}: {answer['ms']:,.0f} ms")
    return "; ".join(parts)


def _counts(report: Report, size: Size, told: Told) -> None:
    members, looking = told["membership"], told["looking"]
    report.add(
        Line(
            metric="members of a segment counted",
            workload=f"{members['members']:,} members",
            value=f"{members['ms']:.1f} ms",
            limit="50 ms",
            ratio=members["ms"] / 50,
            target=1.0,
            at_most=True,
            note=f"funnel {looking['funnel_ms']:.0f} ms, reach {looking['reachable_ms']:.0f} ms, "
            f"20 people with reasons {looking['sample_ms']:.0f} ms (Q5)",
        )
    )


def _judging(report: Report, size: Size, told: Told) -> None:
    judged, whole = told["rejudge"], told["recompute"]
    report.add(
        Line(
            metric="touched people judged again",
            workload=f"batches of 500 people, {judged['segments']} segments each",
            value=f"{judged['interpreter_us']:.1f} µs per person and segment",
            limit="25 µs",
            ratio=judged["interpreter_us"] / 25,
            target=1.0,
            at_most=True,
            note=f"the same people by SQL, segment by segment: {judged['sql_us']:.1f} µs",
        )
    )
    hundred = 100 / whole["segments"]
    report.add(
        Line(
            metric="everybody judged by 100 segments",
            workload=f"{size}; {whole['segments']} segments, {told['standing']['members']:,} stays",
            value=f"{whole['seconds'] * hundred:,.0f} s by two workers (first {whole['first_s'] * hundred:,.0f})",
            limit="600 s",
            ratio=whole["seconds"] * hundred / 600,
            target=1.0,
            at_most=True,
            note=f"no difference found between what stands and what SQL says; {whole['due']:,} times to look again",
        )
    )


def _waiting(report: Report, size: Size, told: Told) -> None:
    for name, most in (("stream", 1.0), ("flood", 3.0)):
        found = told[name]
        report.add(
            Line(
                metric="event to membership, p99" if name == "stream" else "the same at the highest sustained rate",
                workload=f"{found['per_second']:,} events/s, {found['events']:,} events, one drain",
                value=f"{found['p99'] * 1000:,.0f} ms (median {found['p50'] * 1000:,.0f})",
                limit=f"{most:.0f} s",
                ratio=found["p99"] / most,
                target=1.0,
                at_most=True,
                note=f"one drain manages {told['flood']['capacity']:,.0f} events/s that wait"
                + (", waiting grew" if found["grows"] else ""),
            )
        )
    job = told["job"]
    report.add(
        Line(
            metric="a new segment for everybody",
            workload=f"{job['members']:,} members enter, each told by an event",
            value=f"answered after {job['define_ms']:,.0f} ms; job {job['job_s']:,.1f} s ({job['state']})",
        )
    )


def _room(report: Report, size: Size, told: Told) -> None:
    columns = [
        f"{engine} {found['bytes'] / size.events:.0f} bytes, loaded in {found['load_s']:.0f} s"
        for engine, found in told["columns"].items()
        if found
    ]
    room, loaded = told["room"], told["load_s"]
    report.add(
        Line(
            metric="room",
            workload=str(size),
            value=f"{room['bytes_per_event']:.0f} bytes/event, {room['bytes_per_person']:,.0f} bytes/person",
            note=f"with indexes; {told['keys']['bytes_per_key']:.0f} bytes more per event for the key, for 35 days; "
            + (f"loaded in {loaded:,.0f} s; " if loaded else "")
            + f"worker's memory {told['memory']['worker_mb']:,.0f} MB; "
            + "; ".join(columns),
        )
    )


def _growth(report: Report, told: list[Told]) -> None:
    """Say how each figure grows: a power law through the two larger sizes, read off at ten and a hundred times."""
    for metric, of in GROWING.items():
        small, middle, large = (of(one) for one in told)
        exponent = log10(large / middle) if middle > 0 and large > 0 else 0.0
        ahead = [large * 10 ** (exponent * step) for step in (1, 2)]
        report.add(
            Line(
                metric=f"growth: {metric}",
                workload=" / ".join(f"{one['people']:,}" for one in told) + " people",
                value=f"{small:,.1f} / {middle:,.1f} / {large:,.1f}",
                note=f"∝ N^{exponent:.2f}; 10×: {ahead[0]:,.0f}, 100×: {ahead[1]:,.0f} (extrapolated, not measured)",
            )
        )


GROWING = {
    **{
        f"{question.name} exact, ms": (lambda one, name=question.name: one["questions"][name]["ours_ms"])
        for question in QUESTIONS
    },
    "Q2 live preview, ms": lambda one: one["questions"]["Q2"]["preview_ms"],
    "members counted, ms": lambda one: one["membership"]["ms"],
    "µs per person and segment": lambda one: one["rejudge"]["interpreter_us"],
    "one segment for everybody, s": lambda one: one["recompute"]["seconds"] / one["recompute"]["segments"],
}
