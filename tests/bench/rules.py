"""Which rules match an event, against durable_rules by itself; and the time from an accepted event to its decision."""

import gc
import json
import os
import random
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from audiences.conditions import EventFact, Facts, Place, parse
from campaigns.rules.compile import Clause
from campaigns.rules.program import Program
from tests.bench.kit import Line, Report, agree, interleave, median
from tests.bench.limits import durable, rivals
from tests.bench.place import database

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
KINDS = [f"kind-{n}" for n in range(20)]
CITIES = [f"城市-{n}" for n in range(10)]
Rule = rivals.Rule
SOME = 500


def run(report: Report, *, quick: bool = False) -> None:
    """Measure the rows of the rule engine."""
    for count in (10, 100, 1_000, 4_000):
        _matching(report, count, size=4_000 if quick else 20_000, rounds=1 if quick else 3)
    _growing(report, count=100_000 if quick else 1_000_000)
    with database() as url:
        _windows(report, url, size=2_000 if quick else 10_000)
    with database() as url:
        _deciding(report, url, seconds=3 if quick else 10)


def rules(count: int, *, least: int = 0) -> list[Rule]:
    """Make rules of three conditions over 20 event types; each matches about one event in fifty of its type.

    With a higher `least` amount they match more seldom.
    """
    chance = random.Random(count)
    return [
        (f"rule-{n}", KINDS[n % 20], chance.randint(least, 1000), chance.choice(CITIES), chance.randint(0, 10))
        for n in range(count)
    ]


def events(count: int, *, seed: int = 0) -> list[dict[str, Any]]:
    """Make events of 100 000 people; amounts hardly ever repeat."""
    chance = random.Random(seed)
    return [
        {
            "kind": chance.choice(KINDS),
            "amount": round(chance.uniform(0, 1000), 2),
            "city": chance.choice(CITIES),
            "level": chance.randint(0, 10),
            "user": f"user-{chance.randrange(100_000)}",
            "sku": f"sku-{chance.randrange(10_000)}",
            "ref": "newsletter",
        }
        for _ in range(count)
    ]


def in_durables_words(made: Sequence[Rule]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (name, kind, {"$and": [{"$gt": {"amount": amount}}, {"city": city}, {"$gte": {"level": level}}]})
        for name, kind, amount, city, level in made
    ]


def in_ours(amount: int, city: str, level: int) -> dict[str, Any]:
    return {
        "all": [
            {"property": "amount", "is": "gt", "value": amount},
            {"property": "city", "is": "eq", "value": city},
            {"property": "level", "is": "gte", "value": level},
        ]
    }


def ours(made: Sequence[Rule]) -> durable.Match:
    """From an event as a dictionary to the names of the rules, as the drain does it."""
    clauses = [
        Clause(id=n, on=(kind,), condition=parse(in_ours(amount, city, level), place=Place.EVENT))
        for n, (_, kind, amount, city, level) in enumerate(made)
    ]
    program = Program(clauses)
    names = program.event_names

    def match(event: dict[str, Any]) -> set[str]:
        if event["kind"] not in names:  # the drain leaves out what nobody listens to before it loads any facts
            return set()
        happened = EventFact(name=event["kind"], at=NOW, properties=event)
        facts = Facts(now=NOW, traits={}, event=happened)
        return {made[n][0] for n in program.match(happened, facts)}

    return match


def _matching(report: Report, count: int, *, size: int, rounds: int) -> None:
    made = rules(count)
    words = in_durables_words(made)
    contestants = {
        "raw": durable.raw(words),
        "public": durable.public(words),
        "ours": ours(made),
    }
    loads = [events(size, seed=number) for number in range(rounds + 1)]
    hits = {name: sum(len(match(event)) for event in loads[-1]) for name, match in contestants.items()}
    agree(**hits)
    # every round brings events that nobody has seen
    rates = interleave({name: _laps(match, loads) for name, match in contestants.items()}, rounds=rounds)
    speed = {name: median(found) for name, found in rates.items()}
    workload = f"{count} rules, {hits['ours'] / size:.2f} matches per event"
    for rival, target in (("raw", 1.0), ("public", 2.0)):
        report.add(
            Line(
                metric=f"rule evaluation vs {rival} durable_rules",
                workload=workload,
                value=f"{speed['ours']:,.0f} events per CPU s",
                limit=f"{speed[rival]:,.0f}",
                ratio=speed["ours"] / speed[rival],
                target=target,
            )
        )
    _beside(report, made, speed["ours"], workload)


def _beside(report: Report, made: Sequence[Rule], ours_rate: float, workload: str) -> None:
    """Measure what other engines make of the same rules, on fewer events: some are slow. All must answer alike."""
    load = events(SOME, seed=99)
    right = rivals.reference(made)
    answers = [right(event) for event in load]
    mine = ours(made)
    agree(reference=len(answers), ours=sum(mine(event) == answer for event, answer in zip(load, answers, strict=True)))
    rates: dict[str, float] = {}
    for name, match in rivals.compiled(made).items():
        rates[name] = _rate(match, load)
        agree(**{"reference": len(answers), name: sum(match(e) == a for e, a in zip(load, answers, strict=True))})
    if (told := rivals.in_node(made, load)) is not None:
        rates["json-rules-engine"] = told[0]
        agree(reference=len(answers), node=sum(found == a for found, a in zip(told[1], answers, strict=True)))
    for name, rate in rates.items():
        report.add(
            Line(
                metric=f"rule evaluation beside {name}",
                workload=workload,
                value=f"{ours_rate:,.0f} events per CPU s",
                limit=f"{rate:,.0f}",
                ratio=ours_rate / rate,
                note=f"equal answers on {SOME} events",
            )
        )


def _growing(report: Report, *, count: int) -> None:
    """Judge many events by one program, and see what stays."""
    match, load = ours(rules(1_000)), events(20_000, seed=7)
    for event in load:
        match(event)
    gc.collect()
    before = _resident()
    for _ in range(count // len(load)):
        for event in load:
            match(event)
    gc.collect()
    grown = (_resident() - before) / 2**20
    report.add(
        Line(
            metric="memory growth while judging",
            workload=f"{count:,} events, 1,000 rules",
            value=f"{grown:.2f} MiB",
            limit="1 MiB",
            ratio=max(grown, 0.01),
            target=1.0,
            at_most=True,
        )
    )


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def _laps(match: durable.Match, loads: Sequence[Sequence[dict[str, Any]]]) -> Callable[[], float]:
    rounds = iter(loads)
    return lambda: _rate(match, next(rounds))


def _rate(match: Callable[[dict[str, Any]], set[str]], load: Sequence[dict[str, Any]]) -> float:
    start = process_time()
    for event in load:
        match(event)
    return len(load) / (process_time() - start)


def _windows(report: Report, url: str, *, size: int) -> None:
    """Drain waiting events beside 1 000 rules of which a quarter count past events."""
    told = _elsewhere(url, "tests.bench.windows", size)
    raw = _rate(durable.raw(in_durables_words(rules(1_000))), events(5_000))
    workload = f"{told['drained']:,} events, 1,000 rules, ten windows, {told['firings']} firings"
    for metric, rate, target, note in (
        ("rules with windows vs raw", told["rules_cpu"], 0.4, "facts, windows, verdicts, limits, firings"),
        ("whole drain with windows vs raw", told["cpu"], None, f"committed; {told['wall']:,.0f} a second by the clock"),
    ):
        report.add(
            Line(
                metric=metric,
                workload=workload,
                value=f"{rate:,.0f} events per CPU s",
                limit=f"{raw:,.0f}",
                ratio=rate / raw,
                target=target,
                note=note,
            )
        )


def _elsewhere(url: str, module: str, asked: int) -> dict[str, Any]:
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "DATABASE_POOL": "0",
        "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
    }
    command = [sys.executable, "-m", module, str(asked)]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def _deciding(report: Report, url: str, *, seconds: int) -> None:
    """Feed a stream of 2 000 events a second to one drain, beside 1 000 live rules."""
    told = _elsewhere(url, "tests.bench.rules", seconds)
    agree(sent=told["sent"], drained=told["drained"], stored=told["stored"])
    agree(firings=told["firings"], expected=told["expected"], actions=told["actions"])
    report.add(
        Line(
            metric="event to decision, p99",
            workload=f"1,000 rules, {told['sent'] / seconds:,.0f} events/s, {told['firings']} firings",
            value=f"{told['p99'] * 1000:.0f} ms (median {told['p50'] * 1000:.0f})",
            limit="1 s",
            ratio=told["p99"],
            target=1.0,
            at_most=True,
            note=f"drain used {told['cpu'] / told['drained'] * 1e6:.0f} us CPU per event",
        )
    )
    report.add(
        Line(
            metric="whole drain, full batches",
            workload=f"{told['burst']} waiting events, 1,000 rules",
            value=f"{told['burst_rate']:,.0f} events/s, {told['burst_cpu_rate']:,.0f} per CPU s",
            note="people, counters, segments, rules, flows, audit, committed",
        )
    )


if __name__ == "__main__":
    from tests.bench.streaming import stream

    started = perf_counter()
    print(json.dumps(stream(int(sys.argv[1])) | {"took": perf_counter() - started}))
