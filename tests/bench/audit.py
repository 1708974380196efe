"""What the trail costs: the way from stored events to opened messages, with its entries written and without."""

import os
from multiprocessing import get_context
from typing import Any

from tests.bench.kit import Line, Report, interleave, median
from tests.bench.place import database

SEGMENT = {"key": "known", "name": "Known", "where": {"did": "purchase"}}
TEMPLATE = {"key": "hello", "channel": "email", "subject": "Hello", "body": "Hello {{ links.unsubscribe }}"}
FLOW = {
    "key": "thanks",
    "kind": "journey",
    "entry": {"on": "rule"},
    "nodes": {
        "ask": {"do": "branch", "cases": [{"if": {"segment": "known"}, "next": "mail"}], "else": "done"},
        "mail": {"do": "send", "channel": "email", "template": "hello", "purpose": "marketing", "next": "done"},
        "done": {"do": "exit"},
    },
}
RULE = {
    "key": "big",
    "on": ["purchase"],
    "if": {"property": "amount", "is": "gte", "value": 10},
    "then": [{"start_flow": "thanks"}],
}


def run(report: Report, *, quick: bool = False) -> None:
    """Measure the row of the audit trail, in a process of its own: it needs Django on the database of this run."""
    context = get_context("spawn")
    with database() as url:
        reader, writer = context.Pipe(duplex=False)
        child = context.Process(target=_measure, args=(url, 500 if quick else 2_000, 2 if quick else 5, writer))
        child.start()
        writer.close()
        found = reader.recv()
        child.join()
    with_trail, without = median(found["on"]), median(found["off"])
    people, entries = found["people"], found["entries"]
    report.add(
        Line(
            metric="audit",
            workload=f"{people} events → firings → runs → messages, {entries / people:.1f} entries each",
            value=f"{people / with_trail:,.0f} events/s",
            limit=f"{people / without:,.0f} events/s without the trail",
            ratio=with_trail / without,
            target=1.25,
            at_most=True,
            note="time with the trail over time without",
        )
    )


def _measure(url: str, people: int, rounds: int, writer: Any) -> None:
    os.environ |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.bench.settings", "LOG_LEVEL": "ERROR"}
    import django  # noqa: PLC0415  the process starts without it

    django.setup()
    from tests.bench.trail import Trail  # noqa: PLC0415

    trail = Trail(people=people)
    trail.once(audited=True)
    trail.once(audited=False)
    found = interleave(
        {"on": lambda: trail.once(audited=True), "off": lambda: trail.once(audited=False)}, rounds=rounds
    )
    writer.send({**found, "people": people, "entries": trail.entries_each})
