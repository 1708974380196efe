"""What it costs to keep the words under which people are found: people come in with the triggers that do, and without.

The door itself writes no person. The worst case is measured (every event brings a new person with address, name and
phone) and the usual one (events of people who are known, whose traits stay).
"""

import json
import os
import subprocess
import sys
from typing import Final

from tests.bench.kit import Line, Report, agree, median
from tests.bench.place import database

TARGET: Final = 1.10


def run(report: Report, *, quick: bool = False) -> None:
    """Compare both, in turns in the same database."""
    people, rounds = (500, 2) if quick else (3000, 5)
    with database() as url:
        settings = {"DATABASE_URL": url, "DATABASE_POOL": "0", "DJANGO_SETTINGS_MODULE": "tests.bench.settings"}
        command = [sys.executable, "-m", "tests.bench.words_measures", str(people), str(rounds)]
        environment = {**os.environ, **settings, "LOG_LEVEL": "ERROR"}
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    for load, turns in json.loads(done.stdout.splitlines()[-1]).items():
        agree(**{name: each[0]["people"] for name, each in turns.items()})
        kept, bare = (median([each["cpu"] for each in turns[name]]) for name in ("with", "without"))
        report.add(
            Line(
                metric=f"words of people: {load}",
                workload=f"{people:,} people",
                value=f"{1e6 * kept / people:.0f} µs of CPU a person",
                limit=f"{1e6 * bare / people:.0f} µs without",
                ratio=kept / bare,
                target=TARGET,
                at_most=True,
                note="ours and PostgreSQL's",
            )
        )
