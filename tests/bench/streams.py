"""A brand's mentions through an aggregate rule, against bare buckets: one upsert and one sum per batch."""

import os
from multiprocessing import get_context
from typing import Any

from tests.bench.kit import Line, Report, agree
from tests.bench.place import database


def run(report: Report, *, quick: bool = False) -> None:
    """Measure the row of aggregate rules, in a process of its own: it needs Django on the database of this run."""
    count = 10_000 if quick else 200_000
    context = get_context("spawn")
    with database() as url:
        reader, writer = context.Pipe(duplex=False)
        child = context.Process(target=_measure, args=(url, count, writer))
        child.start()
        writer.close()
        found = reader.recv()
        child.join()
    agree(accepted=found["accepted"], drained=found["drained"], mentions=count)
    agree(alarms=found["alarms"], expected=found["expected"])
    report.add(
        Line(
            metric="mentions to alarm",
            workload=f"{count:,} mentions of one brand, up to 20 s late; > 50 negative in 10 min from 3 sources",
            value=f"{count / found['seconds']:,.0f}/s, {found['cpu'] / count * 1e6:.0f} µs CPU each",
            limit=f"bare buckets {count / found['bare']:,.0f}/s ({found['bare_alarms']} alarms)",
            ratio=found["bare"] / found["seconds"],
            target=0.1,
            note=f"fired {found['alarms']} time(s), at the mention and on the figures of a plain reading: "
            f"{found['figures']}; accepted at {count / found['accepting']:,.0f}/s; {found['rows']} rows kept",
        )
    )


def _measure(url: str, count: int, writer: Any) -> None:
    os.environ |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.bench.settings", "LOG_LEVEL": "ERROR"}
    import django  # noqa: PLC0415  the process starts without it

    django.setup()
    from tests.bench.bursting import measure  # noqa: PLC0415

    writer.send(measure(count))
