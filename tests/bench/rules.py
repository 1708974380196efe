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
from campaigns.rules.form import parse_rule, row_condition
from campaigns.rules.oracle import Interpreter
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
    _rows(report, rows=1_000, size=2_000 if quick else 100_000)
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


def _rows(report: Report, *, rows: int, size: int) -> None:
    """Judge events by a decision table, and by the interpreter row by row: the same rows must hold."""
    form = parse_rule(table_of(rows))
    clauses = [Clause(id=row.number, on=form.on, condition=row_condition(form, row)) for row in form.table.rows]
    program, interpreter = Program(clauses), Interpreter(clauses)
    load = [EventFact(name="order", at=NOW, properties=event) for event in events(size, seed=5)]
    known = [Facts(now=NOW, traits={}, event=event) for event in load]
    start = process_time()
    found = [program.match(event, facts) for event, facts in zip(load, known, strict=True)]
    quick = size / (process_time() - start)
    start = process_time()
    agree(
        events=size,
        same=sum(interpreter.match(facts.event, facts) == one for facts, one in zip(known, found, strict=True)),
    )
    slow = size / (process_time() - start)
    program.retire()
    report.add(
        Line(
            metric="decision table vs the interpreter",
            workload=f"{rows:,} rows, {size:,} events, {sum(map(len, found)) / size:.2f} rows each, all equal",
            value=f"{quick:,.0f} events per CPU s",
            limit=f"{slow:,.0f}",
            ratio=quick / slow,
        )
    )


def table_of(rows: int) -> dict[str, Any]:
    """Return a table over amount, city and level."""
    chance = random.Random(rows)
    written = []
    for _ in range(rows):
        low = chance.randint(0, 950)
        when = [f"{low}..{low + 50}", chance.choice(CITIES), f">= {chance.randint(0, 10)}"]
        written.append({"when": when, "then": [f"flow-{chance.randint(0, 9)}"]})
    columns = [
        {"property": name, "type": kind} for name, kind in (("amount", "number"), ("city", "text"), ("level", "number"))
    ]
    outputs = [{"name": "Flow", "then": {"start_flow": "{cell}"}}]
    return {"key": "table", "on": ["order"], "columns": columns, "outputs": outputs, "rows": written}


def _laps(match: durable.Match, loads: Sequence[Sequence[dict[str, Any]]]) -> Callable[[], float]:
    rounds = iter(loads)
    return lambda: _rate(match, next(rounds))


def _rate(match: Callable[[dict[str, Any]], set[str]], load: Sequence[dict[str, Any]]) -> float:
    start = process_time()
    for event in load:
        match(event)
    return len(load) / (process_time() - start)


def _deciding(report: Report, url: str, *, seconds: int) -> None:
    """Feed a stream of 2 000 events a second to one drain, beside 1 000 live rules."""
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "DATABASE_POOL": "0",
        "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
    }
    command = [sys.executable, "-m", "tests.bench.rules", str(seconds)]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    told = json.loads(done.stdout.splitlines()[-1])
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
