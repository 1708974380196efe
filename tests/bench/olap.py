"""The same questions asked of DuckDB and chdb, if they are installed: what column stores would take for them.

They are no dependencies of the product (`pip install duckdb chdb` brings them for the bench). Each gets the same rows
by CSV: people as country, plan, age and wine; events as person, name, instant and amount. One thread each.
"""

import importlib
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import psycopg

from tests.bench.crowd_questions import QUESTIONS
from tests.bench.kit import median

PEOPLE: Final = """
copy (select id, traits ->> 'country', traits ->> 'plan', traits ->> 'age', (traits -> 'tags' ? 'wine')::int,
    traits ->> 'city', traits ->> 'email', left(replace(traits ->> 'signed_up', 'T', ' '), 19)
from audiences_person where merged_into is null and traits ? 'signed_up') to stdout (format csv)
"""
EVENTS: Final = """
copy (select person_id, name, to_char(event_time at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'),
    properties ->> 'amount' from audiences_event where kind = 1 order by event_time) to stdout (format csv)
"""


def ask(url: str) -> dict[str, Any]:
    """Return, per engine, seconds to load, bytes, and the milliseconds of each question; None where it is missing."""
    present = {name: module for name in ENGINES if (module := _module(name)) is not None}
    if not present:
        return dict.fromkeys(ENGINES)
    with tempfile.TemporaryDirectory(prefix="sb-olap-") as home:
        directory = Path(home)
        _export(url, directory)
        told = {name: ENGINES[name](module, directory) for name, module in present.items()}
    return dict.fromkeys(ENGINES) | told


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _export(url: str, directory: Path) -> None:
    with psycopg.connect(url) as connection:
        for name, statement in (("people.csv", PEOPLE), ("events.csv", EVENTS)):
            with (directory / name).open("wb") as file, connection.cursor().copy(statement) as copy:
                for piece in copy:
                    file.write(piece)


def _duckdb(module: Any, directory: Path) -> dict[str, Any]:
    connection = module.connect(str(directory / "crowd.duckdb"), config={"threads": 1})
    start = time.perf_counter()
    types = "{'person': 'UUID', 'name': 'VARCHAR', 'happened': 'TIMESTAMP', 'amount': 'DOUBLE'}"
    connection.execute(f"create table events as from read_csv('{directory}/events.csv', columns={types})")
    types = (
        "{'id': 'UUID', 'country': 'VARCHAR', 'plan': 'VARCHAR', 'age': 'INT', 'wine': 'INT', 'city': 'VARCHAR', "
        "'email': 'VARCHAR', 'signed_up': 'TIMESTAMP'}"
    )
    connection.execute(f"create table people as from read_csv('{directory}/people.csv', columns={types})")
    connection.execute("checkpoint")
    loaded = time.perf_counter() - start
    found = {one.name: _timed(lambda q=one.columns: connection.execute(q).fetchone()[0]) for one in QUESTIONS}
    connection.close()
    size = (directory / "crowd.duckdb").stat().st_size
    return {"version": module.__version__, "load_s": loaded, "bytes": size, "questions": found}


def _chdb(module: Any, directory: Path) -> dict[str, Any]:
    session = importlib.import_module("chdb.session").Session(str(directory / "chdb"))
    start = time.perf_counter()
    for statement in CHDB:
        session.query(statement.format(home=directory))
    loaded = time.perf_counter() - start
    found = {
        one.name: _timed(lambda q=one.columns: int(str(session.query(q + " settings max_threads = 1", "CSV")).strip()))
        for one in QUESTIONS
    }
    session.close()
    size = sum(file.stat().st_size for file in (directory / "chdb").rglob("*") if file.is_file())
    return {"version": module.__version__, "load_s": loaded, "bytes": size, "questions": found}


CHDB: Final = (
    "create database crowd",
    "use crowd",
    "create table events (person UUID, name LowCardinality(String), happened DateTime('UTC'), amount Float64) "
    "engine = MergeTree order by (name, happened)",
    "create table people (id UUID, country LowCardinality(String), plan LowCardinality(String), age UInt8, wine UInt8, "
    "city LowCardinality(String), email String, signed_up DateTime('UTC')) engine = MergeTree order by id",
    "insert into events select * from file('{home}/events.csv', CSV, "
    "'person UUID, name String, happened DateTime(\\'UTC\\'), amount Nullable(Float64)')",
    "insert into people select * from file('{home}/people.csv', CSV, "
    "'id UUID, country String, plan String, age UInt8, wine UInt8, city String, email String, "
    "signed_up DateTime(\\'UTC\\')')",
)


def _timed(question: Any) -> dict[str, float]:
    times = []
    for _ in range(3):
        start = time.perf_counter()
        count = question()
        times.append((time.perf_counter() - start) * 1000)
    return {"ms": median(times), "count": count}


ENGINES: Final = {"duckdb": _duckdb, "chdb": _chdb}
