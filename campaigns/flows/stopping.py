"""Ends all runs of a flow at once."""

from datetime import datetime
from typing import Final

from django.db import connection

from compliance.audit import Entry, record_many


def end_runs(flow_id: int, *, workspace_id: int, now: datetime) -> int:
    """End the runs under way with the reason `stopped`, each with its entry in the trail; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(END, {"flow": flow_id, "now": now})
        ended = cursor.fetchall()
        cursor.execute(STEPS, {"runs": [run_id for run_id, _, _ in ended], "now": now})
    entries = [
        Entry(
            action="flow.ended",
            workspace_id=workspace_id,
            object_kind="run",
            object_id=run_id,
            person_id=person_id,
            payload={"flow": flow_id, "node": node, "reason": "stopped"},
        )
        for run_id, person_id, node in ended
    ]
    record_many(entries, at=now)
    return len(ended)


END: Final = """
with going as (
    select id from campaigns_run where flow_id = %(flow)s and state <> 'ended' order by id for update
)
update campaigns_run r set state = 'ended', due_at = null, exit_reason = 'stopped', ended_at = %(now)s
from going where r.id = going.id
returning r.id, r.subject_id, r.node
"""
STEPS: Final = """
update campaigns_step set left_at = %(now)s, outcome = 'stopped' where run_id = any(%(runs)s) and left_at is null
"""
