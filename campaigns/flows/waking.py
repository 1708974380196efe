"""Runs that wait for something else than time are woken: by the settling of a message, by the resuming of a flow."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from campaigns.delivery.settled import listen
from config.kit import queues
from config.kit.nudge import nudge


def wake_for_messages(send_keys: Collection[UUID], now: datetime) -> None:
    """Make the runs due that wait for one of the messages at their send node; in the settling's transaction."""
    _wake(FOR_MESSAGES, {"keys": list(send_keys), "now": now})


def wake_flow(flow_id: int, *, now: datetime) -> None:
    """Make the runs of a flow due that wait at a send node."""
    _wake(OF_FLOW, {"flow": flow_id, "now": now})


def _wake(statement: str, given: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        woken = cursor.rowcount
    if woken:
        nudge(queues.ADVANCE_RUNS)


def listen_to_deliveries() -> None:
    """Have delivery tell when messages are settled; called once when the app starts."""
    listen(wake_for_messages)


# Locked in the order of ids, like everyone who waits for runs: two who lock the same ones cannot block each other.
FOR_MESSAGES: Final = """
with waiting as (
    select r.id from campaigns_run r join campaigns_delivery d on d.run_id = r.id
    where d.id = any(%(keys)s) and r.state = 'waiting' and r.due_at is null and r.node = d.node
    order by r.id for update of r
)
update campaigns_run r set due_at = %(now)s from waiting where r.id = waiting.id
"""
OF_FLOW: Final = """
with waiting as (
    select id from campaigns_run where flow_id = %(flow)s and state = 'waiting' and due_at is null
    order by id for update
)
update campaigns_run r set due_at = %(now)s from waiting where r.id = waiting.id
"""
