"""Raw COPY in one stream into tables with the same columns and indexes as ingest fills: PostgreSQL's own limit."""

from collections.abc import Sequence
from time import perf_counter

import psycopg

TABLES = """
drop table if exists raw_event, raw_key, raw_heap;
create unlogged table raw_event (like audiences_event);
alter table raw_event set logged;
alter table raw_event add primary key (id);
create index on raw_event (person_id, event_time);
create index on raw_event using brin (event_time);
create table raw_key (like audiences_event_key, primary key (workspace_id, digest));
create index on raw_key using brin (event_id);
create table raw_heap (like audiences_event);
"""
EVENT = "(id, person_id, event_time, workspace_id, kind, name, user_id, anonymous_id, properties, context)"


def prepare(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(TABLES)


def copy(url: str, events: bytes, keys: bytes | None, *, table: str = "raw_event") -> float:
    """Copy the rows (text format) in one transaction and return the seconds it took."""
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        start = perf_counter()
        with cursor.copy(f"copy {table} {EVENT} from stdin") as stream:
            for piece in _pieces(events):
                stream.write(piece)
        if keys is not None:
            with cursor.copy("copy raw_key from stdin") as stream:
                for piece in _pieces(keys):
                    stream.write(piece)
        connection.commit()
        return perf_counter() - start


def sizes(url: str, *tables: str) -> Sequence[int]:
    """Return each table's bytes, with its indexes."""
    with psycopg.connect(url, autocommit=True) as connection:
        return [connection.execute("select pg_total_relation_size(%s)", [table]).fetchone()[0] for table in tables]


def _pieces(data: bytes, size: int = 1 << 18) -> Sequence[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]
