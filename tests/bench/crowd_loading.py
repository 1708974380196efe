"""Loads a crowd into an empty, migrated database: people by COPY, events by the server, the facts by our own SQL."""

import json
from collections.abc import Iterator
from datetime import timedelta
from multiprocessing import get_context
from typing import Final

import psycopg

from audiences.intake.partitions import create_sql, months_from
from tests.bench.crowd import ACTIVITY, DAYS, EVENTS, NOW, Size, hours, people

AT_ONCE: Final = 5
"""Days of events per statement."""


def load(url: str, size: Size) -> None:
    """Fill the database; the indexes of the events are made at the end, and statistics are fresh."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set maintenance_work_mem = '512MB'")
        for month in months_from((NOW - timedelta(days=DAYS + 1)).date(), 4):
            connection.execute(create_sql(month))
        connection.execute("drop index audiences_event_person")
        # the terms by which the console finds people are no part of this, and take longer than all the rest
        connection.execute("alter table audiences_person disable trigger person_added")
        _copy(url, people(size.people))
        connection.execute("select setseed(0.1)")
        connection.execute(ACTIVITY)
        _by_two(url, size)
        connection.execute("create index audiences_event_person on audiences_event (person_id, event_time)")
        for statement in (COUNTERS, CONSENTS, "drop table crowd_activity"):
            connection.execute(statement)
        connection.execute("vacuum (analyze) audiences_person, audiences_event, audiences_eventcount")


def _by_two(url: str, size: Size) -> None:
    halves = [range(DAYS // 2), range(DAYS // 2, DAYS)]
    workers = [get_context("fork").Process(target=_happen, args=(url, size, half)) for half in halves]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0


def _happen(url: str, size: Size, days: range) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("select setseed(%s)", [days.start / DAYS])
        for first in range(days.start, days.stop, AT_ONCE):
            some = range(first, min(first + AT_ONCE, days.stop))
            connection.execute(EVENTS, [json.dumps(hours(size, some))])


def _copy(url: str, lines: Iterator[str]) -> None:
    with psycopg.connect(url) as connection, connection.cursor().copy(PEOPLE) as copy:
        for line in lines:
            copy.write(line)


PEOPLE: Final = """
copy audiences_person (id, workspace_id, user_id, traits, trait_times, first_seen, last_seen) from stdin
"""
COUNTERS: Final = """
insert into audiences_eventcount (person_id, name, workspace_id, n, first_at, last_at)
select person_id, name, workspace_id, count(*), min(event_time), max(event_time) from audiences_event group by 1, 2, 3
"""
CONSENTS: Final = """
insert into compliance_consent (workspace_id, person_id, channel, purpose, state, source, evidence, changed_at)
select workspace_id, id, 'email', 'marketing', 'granted', 'bench', '{}', first_seen
from audiences_person where traits ->> 'tier' <> 'tin'
"""
