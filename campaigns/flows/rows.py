"""Runs as rows: read by one statement, written by one statement, however many there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import connection

from audiences.conditions import EventFact
from campaigns.flows.engine.exits import as_json
from campaigns.flows.engine.sight import Decision, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """A locked run, or one that is about to be inserted."""

    id: UUID
    workspace_id: int
    flow_id: int
    version_id: int
    subject_id: UUID
    entry_key: str
    entry: Mapping[str, Any]
    entered_at: datetime
    state: str
    node: str
    visit: int
    arrived_at: datetime
    due_at: datetime | None
    holdout: bool
    context: Mapping[str, Any]

    @property
    def standing(self) -> Standing:
        return Standing(node=self.node, visit=self.visit, since=self.arrived_at)

    @property
    def entering_event(self) -> EventFact | None:
        """Return the event that the run began with, as conditions see it."""
        if "at" not in self.entry:
            return None
        return EventFact(
            name=str(self.entry.get("name", "")),
            at=datetime.fromisoformat(self.entry["at"]),
            properties=self.entry.get("properties") or {},
            id=UUID(self.entry["id"]) if self.entry.get("id") else None,
        )


COLUMNS: Final = """
r.id, r.workspace_id, r.flow_id, r.version_id, r.subject_id, r.entry_key, r.entry::text, r.entered_at, r.state,
r.node, r.visit, r.arrived_at, r.due_at, r.holdout, r.context::text
"""


def read_run(row: Sequence[Any]) -> RunRow:
    """Build a run from a row of `COLUMNS`."""
    ident, workspace, flow, version, subject, key, entry, entered, state, node, visit, arrived, due, out, context = row
    return RunRow(
        id=ident,
        workspace_id=workspace,
        flow_id=flow,
        version_id=version,
        subject_id=subject,
        entry_key=key,
        entry=msgspec.json.decode(entry),
        entered_at=entered,
        state=state,
        node=node,
        visit=visit,
        arrived_at=arrived,
        due_at=due,
        holdout=out,
        context=msgspec.json.decode(context),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A run with the decision about it."""

    run: RunRow
    decision: Decision


def insert_runs(moved: Sequence[Moved], *, now: datetime) -> None:
    """Store new runs where their first decision leaves them."""
    _write(INSERT, [_entered(m) | _moved(m) for m in moved], now)


def update_runs(moved: Sequence[Moved], *, now: datetime) -> None:
    """Store where runs stand now, or how they ended."""
    _write(UPDATE, [_moved(m) for m in moved], now)


def write_steps(moved: Sequence[Moved]) -> None:
    """Add the steps taken; the step that a run stood at is completed."""
    rows = [
        {
            "run_id": m.run.id,
            "workspace_id": m.run.workspace_id,
            "flow_id": m.run.flow_id,
            "node": step.node,
            "visit": step.visit,
            "entered_at": step.entered_at,
            "left_at": step.left_at,
            "outcome": step.outcome,
            "detail": step.detail,
        }
        for m in moved
        for step in m.decision.steps
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(STEPS, [_json(rows)])


def _write(statement: str, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(statement, {"now": now, "rows": _json(rows)})


def _entered(moved: Moved) -> dict[str, Any]:
    """Return what never changes after entry."""
    run = moved.run
    return {
        "workspace_id": run.workspace_id,
        "flow_id": run.flow_id,
        "version_id": run.version_id,
        "subject_id": run.subject_id,
        "entry_key": run.entry_key,
        "entry": run.entry,
        "entered_at": run.entered_at,
        "holdout": run.holdout,
    }


def _moved(moved: Moved) -> dict[str, Any]:
    """Return what every move may change."""
    decision = moved.decision
    ended = decision.reason is not None
    return {
        "id": moved.run.id,
        "state": "ended" if ended else "waiting",
        "node": decision.standing.node,
        "visit": decision.standing.visit,
        "arrived_at": decision.standing.since,
        "due_at": None if ended else decision.due_at,
        "context": _context(moved),
        "exit_reason": decision.reason or "",
        "exit_detail": decision.detail,
        "ended": ended,
    }


def _context(moved: Moved) -> Mapping[str, Any]:
    goal = moved.decision.goal
    if goal is None:
        return moved.run.context
    return {**moved.run.context, "goal": as_json(goal)}


def _json(rows: object) -> str:
    return msgspec.json.encode(rows).decode()


_MOVED: Final = """
    id uuid, state text, node text, visit int, arrived_at timestamptz, due_at timestamptz, context jsonb,
    exit_reason text, exit_detail jsonb, ended bool
"""
_ENTERED: Final = """
    workspace_id int, flow_id bigint, version_id bigint, subject_id uuid, entry_key text, entry jsonb,
    entered_at timestamptz, holdout bool
"""
INSERT: Final = f"""
insert into campaigns_run (id, workspace_id, flow_id, version_id, subject_id, entry_key, entry, entered_at, holdout,
    state, node, visit, arrived_at, due_at, context, exit_reason, exit_detail, ended_at)
select g.id, g.workspace_id, g.flow_id, g.version_id, g.subject_id, g.entry_key, g.entry, g.entered_at, g.holdout,
    g.state, g.node, g.visit, g.arrived_at, g.due_at, g.context, g.exit_reason, g.exit_detail,
    case when g.ended then %(now)s::timestamptz end
from jsonb_to_recordset(%(rows)s::jsonb) as g({_MOVED}, {_ENTERED})
"""  # noqa: S608 - constants
UPDATE: Final = f"""
update campaigns_run r set state = g.state, node = g.node, visit = g.visit, arrived_at = g.arrived_at,
    due_at = g.due_at, context = g.context, exit_reason = g.exit_reason, exit_detail = g.exit_detail,
    ended_at = case when g.ended then %(now)s::timestamptz end
from jsonb_to_recordset(%(rows)s::jsonb) as g({_MOVED})
where r.id = g.id
"""  # noqa: S608 - constants
STEPS: Final = """
insert into campaigns_step (run_id, workspace_id, flow_id, node, visit, entered_at, left_at, outcome, detail)
select run_id, workspace_id, flow_id, node, visit, entered_at, left_at, outcome, detail
from jsonb_to_recordset(%s::jsonb) as g(run_id uuid, workspace_id int, flow_id bigint, node text, visit int,
    entered_at timestamptz, left_at timestamptz, outcome text, detail jsonb)
on conflict (run_id, node, visit) do update
set left_at = excluded.left_at, outcome = excluded.outcome, detail = excluded.detail
"""
