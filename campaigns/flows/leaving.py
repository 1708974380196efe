"""Judges exits once more for runs whose messages are about to be sent: what happened since may have ended them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from campaigns.flows.catalog import graphs
from campaigns.flows.deciding import facts_of, load_people
from campaigns.flows.engine.exits import exit_of
from campaigns.flows.engine.sight import Sight
from campaigns.flows.rows import COLUMNS, RunRow, read_run

SELECT: Final = f"select {COLUMNS} from campaigns_run r where r.id = any(%s)"  # noqa: S608 - a constant


def leaving(runs: Mapping[UUID, int], now: datetime) -> dict[UUID, str]:
    """Return the reasons of those runs (id and flow version) that leave now; flows without exits cost no query."""
    known = {pk: graph for pk, graph in graphs(runs.values()).items() if graph.exits}
    rows = _rows([run_id for run_id, version_id in runs.items() if version_id in known])
    people = load_people(rows, known, now=now)
    found: dict[UUID, str] = {}
    for run in rows:
        sight = Sight(facts=facts_of(people[run.subject_id], run.entering_event, now=now))
        left = exit_of(known[run.version_id], sight, goal=None)
        if left is not None:
            found[run.id] = left[0].value
    return found


def _rows(run_ids: list[UUID]) -> list[RunRow]:
    if not run_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(SELECT, [run_ids])
        return [read_run(row) for row in cursor.fetchall()]
