"""A file of baskets in, row by row, against a bare COPY of the same file into a table of texts."""

import csv
import gzip
import io
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from config.env import BASE
from tests.bench.ingest import copy_rows
from tests.bench.kit import Line, Report, agree, interleave, median, stopwatch
from tests.bench.limits import copy as raw
from tests.bench.place import database

BASKETS = BASE / "config" / "demo" / "data" / "baskets.csv.gz"
PROGRAM = """
import json, sys
import django; django.setup()
from tests.bench.importing import main
main(sys.argv[1:])
"""
TABLE = (
    "create table if not exists bench_baskets (household_id text, basket_id text, store_id text, ts text, items text, "
    "amount text, saved text, departments text)"
)
HEADER = ["household_id", "basket_id", "store_id", "ts", "items", "amount", "saved", "departments"]
QUICK = 10_000
TARGET = 0.3
"""Of a COPY that stores the same rows: an import also reads, types and identifies each, and refuses what was there."""


def run(report: Report, *, quick: bool = False) -> None:
    """Measure the rows per second of an import (`BASKETS_CSV` names another file with the same columns)."""
    with database() as url, tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "baskets.csv"
        rows = write_baskets(file, most=QUICK if quick else None)
        environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.bench.settings"}
        environment["BROKER_URL"] = "memory://"  # nobody is hinted
        _program(environment, "prepare")
        events, keys = copy_rows(list(_items(file)))
        contestants = {
            "import": lambda: float(_program(environment, "import", str(file))),
            "copy": lambda: _copy(url, file),
            "copy of events": lambda: _copy_events(url, events, keys),
        }
        taken = interleave(contestants, rounds=1 if quick else 3)
        with psycopg.connect(url) as connection:
            stored = connection.execute("select count(*) from audiences_event").fetchone()[0]
        agree(rows=rows * len(taken["import"]), stored=stored)
    import_rate, copy_rate, events_rate = (rows / median(seconds) for seconds in taken.values())
    said = {"metric": "import of a file", "value": f"{import_rate:,.0f} rows/s"}
    said["workload"] = f"{rows:,} baskets, 8 columns, typed, committed in batches with their checkpoint"
    report.add(
        Line(
            **said,
            limit=f"COPY of the same file into a bare table of texts: {copy_rate:,.0f} rows/s",
            ratio=import_rate / copy_rate,
            note="the processing behind the door not included",
        )
    )
    report.add(
        Line(
            **said,
            limit=f"COPY of the finished events and keys into the same tables, with indexes: {events_rate:,.0f} rows/s",
            ratio=import_rate / events_rate,
            target=TARGET,
        )
    )


def write_baskets(file: Path, *, most: int | None) -> int:
    """Unpack the demo's baskets into a file as a shop's system would write it: with their times and amounts."""
    letters = {"a": "grocery", "b": "drugstore", "c": "produce", "d": "meat", "g": "pastry"}
    at, count = datetime(2025, 1, 1, tzinfo=UTC), 0
    with gzip.open(BASKETS, "rt", encoding="utf-8", newline="") as source, file.open("w", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(HEADER)
        for count, row in enumerate(csv.DictReader(source), start=1):
            at += timedelta(seconds=int(row["gap_s"]))
            departments = ";".join(letters.get(letter, letter) for letter in row["departments"])
            amounts = (int(row["cents"]) / 100, int(row["saved_cents"]) / 100)
            when = f"{at:%Y-%m-%d %H:%M:%S}"
            writer.writerow([row["household"], f"B-{count}", row["store"], when, row["items"], *amounts, departments])
            if count == most:
                break
    return count


def _items(file: Path) -> Iterator[dict[str, object]]:
    """Yield the calls that the rows come to."""
    with file.open(newline="") as source:
        for row in csv.DictReader(source):
            amounts = {name: float(row[name]) for name in ("items", "amount", "saved")}
            texts = {"order_id": row["basket_id"], "store": row["store_id"]}
            yield {
                "messageId": str(uuid.uuid4()),
                "userId": row["household_id"],
                "event": "purchase",
                "timestamp": f"{row['ts']}+00",
                "properties": {**texts, **amounts, "departments": row["departments"].split(";")},
            }


def _copy_events(url: str, events: bytes, keys: bytes) -> float:
    raw.prepare(url)
    return raw.copy(url, events, keys)


def _copy(url: str, file: Path) -> float:
    """Copy the file as it stands into a table of texts, committed, and return the seconds."""
    with psycopg.connect(url) as connection:
        connection.execute("drop table if exists bench_baskets")
        connection.execute(TABLE)
        connection.commit()
        with stopwatch() as taken, io.FileIO(file) as source:
            with connection.cursor().copy("copy bench_baskets from stdin with (format csv, header true)") as copy:
                while data := source.read(256 * 1024):
                    copy.write(data)
            connection.commit()
    return taken[0]


def _program(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "-c", PROGRAM, *arguments]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.strip()
