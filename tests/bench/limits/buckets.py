"""What a window over a hot group costs at the least: buckets of ten seconds, one upsert and one sum for each batch.

It judges once per batch and to ten seconds, keeps nothing that would let it take a late event twice, and tells nobody.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

WIDTH = 10
TABLE = """
create table if not exists bare_bucket (
    brand text, start bigint, source text, n bigint, primary key (brand, start, source))
"""
ADD = """
insert into bare_bucket as b select brand, start, source, n
from jsonb_to_recordset(%s::jsonb) as x(brand text, start bigint, source text, n bigint)
on conflict (brand, start, source) do update set n = b.n + excluded.n
"""
SUM = "select coalesce(sum(n), 0), count(distinct source) from bare_bucket where brand = %s and start > %s"


def run(url: str, batches: Iterable[Sequence[dict[str, Any]]], *, over: timedelta, more_than: int, sources: int) -> int:
    """Return how often the condition became true, judged after each batch at the latest instant in it."""
    raised, held = 0, False
    with psycopg.connect(url) as connection:
        connection.execute(TABLE)
        for batch in batches:
            counts: Counter[tuple[str, int, str]] = Counter()
            latest = 0.0
            for told in batch:
                at = datetime.fromisoformat(told["at"]).astimezone(UTC).timestamp()
                latest = max(latest, at)
                if told["sentiment"] < 0:
                    counts[told["brand"], int(at) // WIDTH * WIDTH, told["source"]] += 1
            rows = [{"brand": b, "start": s, "source": o, "n": n} for (b, s, o), n in sorted(counts.items())]
            connection.execute(ADD, [json.dumps(rows)])
            since = int(latest - over.total_seconds()) // WIDTH * WIDTH
            n, different = connection.execute(SUM, [batch[0]["brand"], since]).fetchone() or (0, 0)
            now = n > more_than and different >= sources
            raised += now and not held
            held = now
            connection.commit()
    return raised
