"""How often rules with a limit in all have fired: counted under a lock that workers of all partitions share."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from campaigns.rules.judging import Match
from campaigns.rules.steering.windows import EVER, most_in_parts, part_of
from config.kit.bulk import bulk_cursor

LOCK_CLASS: Final = 0x51_65
Counter = tuple[int, str]
"""A rule and a mode: what fires in the shadow does not use up what may be done."""


class Counts:
    """The counters that some matches need, locked until the caller's transaction ends, and what the batch adds."""

    def __init__(self, matches: Sequence[Match]) -> None:
        self._counts: dict[Counter, dict[datetime, int]] = defaultdict(lambda: defaultdict(int))
        self._added: dict[tuple[Counter, datetime], int] = defaultdict(int)
        limited = [match for match in matches if limit_in_all(match) is not None]
        if limited:
            self._read(limited)

    def beside(self, match: Match) -> int:
        """Return how many fired in the window around the match's event, or ever; never fewer than there were."""
        return most_in_parts(match.event.event_time, self._counts[_counter(match)], limit_window(match))

    def add(self, match: Match) -> None:
        """Count the match, if its rule has a limit in all."""
        if limit_in_all(match) is not None:
            part = part_of(match.event.event_time, limit_window(match))
            self._counts[_counter(match)][part] += 1
            self._added[_counter(match), part] += 1

    def write(self, workspace_id: int) -> None:
        """Store what was added."""
        rows = [
            {"rule_id": rule_id, "mode": mode, "part": part, "n": n}
            for ((rule_id, mode), part), n in self._added.items()
        ]
        if rows:
            with bulk_cursor() as cursor:
                cursor.execute(ADD, [workspace_id, msgspec.json.encode(rows).decode()])

    def _read(self, limited: Sequence[Match]) -> None:
        with bulk_cursor() as cursor:
            # in the order of ids, so that two batches never wait for each other
            cursor.execute(LOCK, [LOCK_CLASS, sorted({match.rule.rule_id for match in limited})])
            cursor.execute(READ, [list(column) for column in zip(*_spans(limited), strict=True)])
            for rule_id, mode, part, n in cursor.fetchall():
                self._counts[rule_id, mode][part] = n


def limit_in_all(match: Match) -> int | None:
    """Return how often the match's rule may fire in all."""
    limit = match.rule.controls.limit
    return None if limit is None else limit.in_all


def limit_window(match: Match) -> timedelta | None:
    """Return the rolling window in which firings count; None: ever."""
    limit = match.rule.controls.limit
    return None if limit is None else limit.per


def _counter(match: Match) -> Counter:
    return match.rule.rule_id, match.rule.mode


def _spans(limited: Sequence[Match]) -> Iterable[tuple[int, datetime, datetime]]:
    """Return, by rule, the first and the last part that can matter."""
    spans: dict[int, tuple[datetime, datetime]] = {}
    for match in limited:
        per, at = limit_window(match), match.event.event_time
        first, last = (EVER, EVER) if per is None else (at - 2 * per, at + 2 * per)
        low, high = spans.get(match.rule.rule_id, (first, last))
        spans[match.rule.rule_id] = min(low, first), max(high, last)
    return [(rule_id, low, high) for rule_id, (low, high) in spans.items()]


LOCK: Final = "select pg_advisory_xact_lock(%s, (id %% 2147483647)::int) from unnest(%s::bigint[]) as rule(id)"
READ: Final = """
select c.rule_id, c.mode, c.part, c.n
from unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) as p(id, low, high)
join campaigns_firingcount c on c.rule_id = p.id and c.part >= p.low and c.part <= p.high
"""
ADD: Final = """
insert into campaigns_firingcount as known (workspace_id, rule_id, mode, part, n)
select %s, rule_id, mode, part, n from jsonb_to_recordset(%s::jsonb) as g(
    rule_id bigint, mode text, part timestamptz, n int)
order by rule_id, mode, part
on conflict (rule_id, mode, part) do update set n = known.n + excluded.n
"""
