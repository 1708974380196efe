"""Goals that are reached after a run has ended: they count within the goal's time from entry."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from django.db import connection

from audiences.conditions import EventFact, Facts
from campaigns.flows.catalog import graphs
from campaigns.flows.engine.exits import as_json, goal_of
from campaigns.flows.engine.graph import Graph
from campaigns.flows.engine.sight import Sight
from campaigns.flows.rows import RunRow
from compliance.audit import Entry, record_many


def count_goals(runs: Sequence[RunRow], events: Mapping[UUID, Sequence[EventFact]], *, now: datetime) -> None:
    """Note the goal on those locked, ended runs that the events bring to it; without `within` it ends with the run."""
    known = graphs({run.version_id for run in runs})
    reached = [
        (run, goal)
        for run in runs
        if run.version_id in known
        and (goal := _reached(run, known[run.version_id], events.get(run.subject_id, ()), now)) is not None
    ]
    if not reached:
        return
    rows = [{"id": run.id, "goal": as_json(goal)} for run, goal in reached]
    with connection.cursor() as cursor:
        cursor.execute(NOTE, [msgspec.json.encode(rows).decode()])
    record_many([_entry(run, goal) for run, goal in reached], at=now)


def _reached(run: RunRow, graph: Graph, events: Sequence[EventFact], now: datetime) -> EventFact | None:
    if graph.goal is None or graph.goal.within is None:
        return None
    return goal_of(graph, Sight(facts=Facts(now=now, traits={}, event=run.entering_event), events=tuple(events)))


def _entry(run: RunRow, goal: EventFact) -> Entry:
    return Entry(
        action="flow.goal_reached",
        workspace_id=run.workspace_id,
        object_kind="run",
        object_id=run.id,
        person_id=run.subject_id,
        payload={"flow": run.flow_id, "event": goal.id},
    )


NOTE: Final = """
update campaigns_run r set context = r.context || jsonb_build_object('goal', g.goal)
from jsonb_to_recordset(%s::jsonb) as g(id uuid, goal jsonb) where r.id = g.id
"""
