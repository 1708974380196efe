"""When two people turn out to be one, their runs are united: no flow twice (S6)."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from audiences.people.signals import people_merged
from compliance import audit


def unite_runs(*, workspace_id: int, loser_id: UUID, winner_id: UUID, now: datetime, **_: Any) -> None:
    """Give the loser's runs to the winner; where both are on their way in one flow, the loser's run ends."""
    given: dict[str, Any] = {"loser": loser_id, "winner": winner_id, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(END_DOUBLES, given)
        doubles = cursor.fetchall()
        for statement in (STEPS_OF_DOUBLES, RUNS, DECISIONS, ACTIONS):
            cursor.execute(statement, given | {"doubles": [run_id for run_id, _ in doubles]})
    audit.record_many(
        [
            audit.Entry(
                action="flow.ended",
                workspace_id=workspace_id,
                object_kind="run",
                object_id=run_id,
                person_id=winner_id,
                payload={"flow": flow_id, "reason": "stopped", "merged": loser_id},
            )
            for run_id, flow_id in doubles
        ],
        at=now,
    )


def listen_to_people() -> None:
    """Have people tell when they are merged; called once when the app starts."""
    people_merged.connect(unite_runs, dispatch_uid="flows unite runs")


END_DOUBLES: Final = """
update campaigns_run l set state = 'ended', due_at = null, ended_at = %(now)s, exit_reason = 'stopped',
    exit_detail = jsonb_build_object('merged_into', %(winner)s::uuid)
where l.subject_id = %(loser)s and l.state <> 'ended' and exists (
    select from campaigns_run w where w.subject_id = %(winner)s and w.flow_id = l.flow_id
    and (w.state <> 'ended' or w.entry_key = l.entry_key))
returning l.id, l.flow_id
"""
STEPS_OF_DOUBLES: Final = """
update campaigns_step set left_at = %(now)s, outcome = 'stopped' where run_id = any(%(doubles)s) and left_at is null
"""
# A run whose key the winner has used stays with the loser's id: it has ended, and tells what happened then.
RUNS: Final = """
update campaigns_run l set subject_id = %(winner)s
where l.subject_id = %(loser)s and not exists (
    select from campaigns_run w
    where w.subject_id = %(winner)s and w.flow_id = l.flow_id and w.entry_key = l.entry_key)
"""
DECISIONS: Final = "update campaigns_entrydecision set subject_id = %(winner)s where subject_id = %(loser)s"
ACTIONS: Final = "update campaigns_action set person_id = %(winner)s where person_id = %(loser)s"
