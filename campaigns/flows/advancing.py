"""Due runs go on: claimed in batches that no other worker waits for, one transaction each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from campaigns.flows.applying import apply
from campaigns.flows.deciding import Events, broken, decide
from campaigns.flows.rows import COLUMNS, Moved, RunRow, read_run
from config.kit.salvage import one_by_one_at_worst

BATCH: Final = 500


def advance_due(now: datetime, *, limit: int = BATCH) -> int:
    """Let the runs that are due go on, oldest first, in one transaction; return how many were taken."""
    with transaction.atomic():
        runs = _claim(now, limit)
        advance_runs(runs, now=now)
    return len(runs)


def advance_runs(runs: Sequence[RunRow], *, now: datetime, events: Events | None = None) -> None:
    """Let locked runs go as far as they can; one that breaks ends by itself."""
    one_by_one_at_worst(
        runs,
        lambda part: apply(decide(part, now=now, events=events), now=now),
        spoilt=lambda run, error: apply([Moved(run=run, decision=broken(run, error, now=now))], now=now),
    )


def _claim(now: datetime, limit: int) -> list[RunRow]:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [now, limit])
        return [read_run(row) for row in cursor.fetchall()]


CLAIM: Final = f"""
select {COLUMNS} from campaigns_run r where r.due_at <= %s
order by r.due_at limit %s for update of r skip locked
"""  # noqa: S608 - columns
