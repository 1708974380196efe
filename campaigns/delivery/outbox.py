"""The moves between the outbox's states: each one statement for many rows, each guarded by state and attempt.

claimed → sending is committed before a byte reaches the provider; whoever lost the lease, or whose run has ended in
the meantime, is not in the answer and must not be sent. sending → sent, failed, in_doubt, or back to pending.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import connection

from campaigns.delivery.claims import Claimed
from campaigns.delivery.frequency.checks import About
from campaigns.delivery.limits import SEND_LEASE
from campaigns.delivery.settled import FINAL, tell
from campaigns.delivery.verdicts import Verdict
from compliance.audit import insert_from, signature

# One statement, hence one round trip and one commit, settles what came back from the wire, tells the trail, and marks
# what goes there next. A sender that answers after its lease ended still knows best, unless somebody has resolved the
# doubt (new attempt or another state): hence in_doubt is accepted with the same attempt.
# `state || ''` keeps the planner off the index of leases: it is full of dead entries, and the ids are known.
TURN: Final = """
with settled as (
    update campaigns_delivery d
    set state = x.state, reason = x.reason, due_at = x.due_at, lease_until = null,
        gate = coalesce(x.gate, d.gate), receipt = d.receipt || x.receipt,
        settled_at = case when x.state in ('pending', 'held', 'in_doubt') then null else %(now)s end
    from jsonb_to_recordset(%(settling)s::jsonb) as x(
        id uuid, attempt int, state text, reason text, due_at timestamptz, gate jsonb, receipt jsonb,
        action text, payload jsonb)
    where d.id = x.id and d.attempt = x.attempt and d.state || '' = any(%(before)s)
    returning d.id, d.workspace_id, x.action, 'delivery' as object_kind, d.id::text as object_id, d.person_id, x.payload
), recorded as ({record}), marked as (
    update campaigns_delivery d
    set state = 'sending', lease_until = %(until)s, gate = x.gate, address = x.address, reason = ''
    from jsonb_to_recordset(%(marking)s::jsonb) as x(id uuid, attempt int, gate jsonb, address text)
    where d.id = x.id and d.attempt = x.attempt and d.state || '' = 'claimed' and d.lease_until > %(now)s
      and not exists (
        select 1 from campaigns_run r where r.id = d.run_id and r.state = 'ended' and r.exit_reason <> 'completed')
    returning d.id
)
select false, id from settled union all select true, id from marked
"""
RELEASE: Final = """
update campaigns_delivery set state = 'pending', lease_until = null, due_at = %(due_at)s
from jsonb_to_recordset(%(rows)s::jsonb) as x(id uuid, attempt int)
where campaigns_delivery.id = x.id and campaigns_delivery.attempt = x.attempt and campaigns_delivery.state = 'claimed'
"""


ANSWERED: Final = ("sending", "in_doubt")


@dataclass(slots=True, kw_only=True)
class Marked:
    """What is written when a delivery goes on the wire."""

    claimed: Claimed
    gate: Sequence[Verdict]
    address: str
    about: About | None = None
    """What caps ask of it once more under a lock; None where no cap is set for it."""


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a delivery. `quiet` leaves out the audit entry (the same hold as before)."""

    claimed: Claimed
    state: str
    reason: str = ""
    due_at: datetime | None = None
    gate: Sequence[Verdict] | None = None
    receipt: Mapping[str, Any] = msgspec.field(default_factory=dict)
    quiet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """What moved: the deliveries that were settled, and those that may be sent now."""

    settled: set[UUID]
    marked: set[UUID]


def turn(
    settlements: Sequence[Settlement], marks: Sequence[Marked], *, before: Sequence[str] = ANSWERED, now: datetime
) -> Turned:
    """Write what became of deliveries and mark claimed ones as being sent, in one commit; only then send those.

    A caller whose runs wait for their messages opens a transaction around it (`is_waited_for`).
    """
    given = {
        "now": now,
        "until": now + SEND_LEASE,
        "before": list(before),
        "settling": _json([_row(settlement) for settlement in settlements]),
        "marking": _json([_mark(mark) for mark in marks]),
        **signature(at=now),
    }
    turned = Turned(settled=set(), marked=set())
    with connection.cursor() as cursor:
        cursor.execute(TURN.format(record=insert_from("settled")), given)
        for marked, ident in cursor.fetchall():
            (turned.marked if marked else turned.settled).add(ident)
    tell([s.claimed.id for s in settlements if is_waited_for(s) and s.claimed.id in turned.settled], now=now)
    return turned


def settle(settlements: Sequence[Settlement], *, before: Sequence[str] = ANSWERED, now: datetime) -> set[UUID]:
    """Write what became of deliveries and tell the trail, in the caller's transaction; return those that moved."""
    return turn(settlements, (), before=before, now=now).settled if settlements else set()


def is_waited_for(settlement: Settlement) -> bool:
    """Say whether the message's run may wait for it: it had not ended, and the message has."""
    return settlement.state in FINAL and settlement.claimed.run_state == "waiting"


def release(claims: Iterable[Claimed], *, due_at: datetime) -> None:
    """Give claims back unsent, to be taken again from `due_at`."""
    rows = [{"id": claimed.id, "attempt": claimed.attempt} for claimed in claims]
    with connection.cursor() as cursor:
        cursor.execute(RELEASE, {"due_at": due_at, "rows": _json(rows)})


def _mark(mark: Marked) -> dict[str, Any]:
    return {"id": mark.claimed.id, "attempt": mark.claimed.attempt, "gate": mark.gate, "address": mark.address}


def _row(settlement: Settlement) -> dict[str, Any]:
    claimed = settlement.claimed
    return {
        "id": claimed.id,
        "attempt": claimed.attempt,
        "state": settlement.state,
        "reason": settlement.reason[:60],
        "due_at": settlement.due_at,
        "gate": settlement.gate,
        "receipt": settlement.receipt,
        "action": None if settlement.quiet else f"delivery.{ACTIONS.get(settlement.state, settlement.state)}",
        "payload": {
            "reason": settlement.reason,
            "flow": claimed.flow_key,
            "node": claimed.node,
            "channel": claimed.channel,
            "attempt": claimed.attempt,
        },
    }


ACTIONS: Final = {"pending": "postponed"}


def _json(rows: Sequence[Mapping[str, Any]]) -> str:
    return msgspec.json.encode(rows).decode()
