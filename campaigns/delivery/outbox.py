"""The moves between the outbox's states: each one statement for many rows, each guarded by state and attempt.

claimed → sending is committed before a byte reaches the provider; whoever lost the lease, or whose run has ended in
the meantime, is not in the answer and must not be sent. sending → sent, failed, in_doubt, or back to pending.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import connection

from campaigns.delivery.claims import Claimed
from campaigns.delivery.gate import Verdict
from campaigns.delivery.limits import SEND_LEASE
from campaigns.delivery.settled import FINAL, tell
from compliance.audit import Entry, record_many

MARK: Final = """
update campaigns_delivery d
set state = 'sending', lease_until = %(until)s, gate = x.gate, address = x.address, reason = ''
from jsonb_to_recordset(%(rows)s::jsonb) as x(id uuid, attempt int, gate jsonb, address text)
where d.id = x.id and d.attempt = x.attempt and d.state = 'claimed' and d.lease_until > %(now)s
  and not exists (
    select 1 from campaigns_run r where r.id = d.run_id and r.state = 'ended' and r.exit_reason <> 'completed')
returning d.id
"""
# A sender that answers after its lease ended still knows best, unless somebody has resolved the doubt (new attempt
# or another state): hence in_doubt is accepted here with the same attempt.
SETTLE: Final = """
update campaigns_delivery d
set state = x.state, reason = x.reason, due_at = x.due_at, lease_until = null,
    gate = coalesce(x.gate, d.gate), receipt = d.receipt || x.receipt,
    settled_at = case when x.state in ('pending', 'held', 'in_doubt') then null else %(now)s end
from jsonb_to_recordset(%(rows)s::jsonb) as x(
    id uuid, attempt int, state text, reason text, due_at timestamptz, gate jsonb, receipt jsonb)
where d.id = x.id and d.attempt = x.attempt and d.state = any(%(before)s)
returning d.id
"""
RELEASE: Final = """
update campaigns_delivery set state = 'pending', lease_until = null, due_at = %(due_at)s
from jsonb_to_recordset(%(rows)s::jsonb) as x(id uuid, attempt int)
where campaigns_delivery.id = x.id and campaigns_delivery.attempt = x.attempt and campaigns_delivery.state = 'claimed'
"""


@dataclass(slots=True, kw_only=True)
class Marked:
    """What is written when a delivery goes on the wire."""

    claimed: Claimed
    gate: Sequence[Verdict]
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What became of a delivery. `quiet` leaves out the audit entry (the same hold as before)."""

    claimed: Claimed
    state: str
    reason: str = ""
    due_at: datetime | None = None
    gate: Sequence[Verdict] | None = None
    receipt: Mapping[str, Any] = field(default_factory=dict)
    quiet: bool = False


def mark_sending(marks: Sequence[Marked], *, now: datetime) -> set[UUID]:
    """Mark claimed deliveries as being sent; return those that may be sent. Commit before sending."""
    rows = [
        {"id": m.claimed.id, "attempt": m.claimed.attempt, "gate": m.gate, "address": m.address} for m in marks
    ]  # fmt: skip
    return _run(MARK, {"now": now, "until": now + SEND_LEASE, "rows": _json(rows)})


def settle(settlements: Sequence[Settlement], *, before: Sequence[str], now: datetime) -> set[UUID]:
    """Write what became of deliveries and tell the trail, in the caller's transaction; return those that moved."""
    if not settlements:
        return set()
    rows = [_row(settlement) for settlement in settlements]
    moved = _run(SETTLE, {"now": now, "before": list(before), "rows": _json(rows)})
    record_many([_entry(s) for s in settlements if s.claimed.id in moved and not s.quiet], at=now)
    tell([s.claimed.id for s in settlements if s.claimed.id in moved and _is_waited_for(s)], now=now)
    return moved


def _is_waited_for(settlement: Settlement) -> bool:
    """Say whether the message's run may wait for it: it had not ended, and the message has."""
    return settlement.state in FINAL and settlement.claimed.run_state == "waiting"


def release(claims: Iterable[Claimed], *, due_at: datetime) -> None:
    """Give claims back unsent, to be taken again from `due_at`."""
    rows = [{"id": claimed.id, "attempt": claimed.attempt} for claimed in claims]
    with connection.cursor() as cursor:
        cursor.execute(RELEASE, {"due_at": due_at, "rows": _json(rows)})


def _row(settlement: Settlement) -> dict[str, Any]:
    return {
        "id": settlement.claimed.id,
        "attempt": settlement.claimed.attempt,
        "state": settlement.state,
        "reason": settlement.reason[:60],
        "due_at": settlement.due_at,
        "gate": settlement.gate,
        "receipt": settlement.receipt,
    }


def _entry(settlement: Settlement) -> Entry:
    claimed = settlement.claimed
    return Entry(
        action=f"delivery.{ACTIONS.get(settlement.state, settlement.state)}",
        workspace_id=claimed.workspace_id,
        object_kind="delivery",
        object_id=claimed.id,
        person_id=claimed.person_id,
        payload={
            "reason": settlement.reason,
            "flow": claimed.flow_key,
            "node": claimed.node,
            "channel": claimed.channel,
            "attempt": claimed.attempt,
        },
    )


ACTIONS: Final = {"pending": "postponed"}


def _run(statement: str, given: Mapping[str, Any]) -> set[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return {row[0] for row in cursor.fetchall()}


def _json(rows: Sequence[Mapping[str, Any]]) -> str:
    return msgspec.json.encode(rows).decode()
