"""Claiming due deliveries: one statement takes a batch under a lease and brings along what the gate asks first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import connection, transaction

from campaigns.delivery.limits import CLAIM, CLAIM_LEASE

# The run's row comes along because rooms stack one way: flows know deliveries, deliveries know no flows.
TAKE: Final = """
with due as (
    select id from campaigns_delivery
    where state in ('pending', 'held') and channel = %(channel)s and due_at <= %(now)s
    order by due_at limit %(limit)s for update skip locked
), taken as (
    update campaigns_delivery d
    set state = 'claimed', attempt = d.attempt + 1, lease_until = %(until)s
    from due where d.id = due.id
    returning d.*
)
select t.id, t.workspace_id, t.run_id, t.flow_id, t.node, t.person_id, t.channel, t.purpose, t.template_version_id,
       t.attempt, t.reason, coalesce((t.receipt->>'tries')::int, 0), t.on_cap, t.on_quiet,
       f.key, f.state, r.state, r.exit_reason, r.holdout, r.version_id, r.entry::text, r.entered_at
from taken t
left join campaigns_flow f on f.id = t.flow_id and f.workspace_id = t.workspace_id
left join campaigns_run r on r.id = t.run_id
"""


class Claimed(msgspec.Struct, frozen=True):
    """A delivery that this worker may work on until the lease ends; `attempt` is the fence against a stale worker."""

    id: UUID
    workspace_id: int
    run_id: UUID | None
    flow_id: int | None
    node: str
    person_id: UUID
    channel: str
    purpose: str
    template_version_id: int
    attempt: int
    last_reason: str
    tries: int
    on_cap: str
    on_quiet: str
    flow_key: str | None
    flow_state: str | None
    run_state: str | None
    run_exit: str | None
    holdout: bool | None
    version_id: int | None
    entry: dict[str, Any]
    entered_at: datetime | None


def claim(channel: str, *, now: datetime, limit: int = CLAIM) -> Sequence[Claimed]:
    """Take the oldest due deliveries of a channel; what another worker holds is passed over."""
    given: dict[str, Any] = {"channel": channel, "now": now, "until": now + CLAIM_LEASE, "limit": limit}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TAKE, given)
        return [_claimed(row) for row in cursor.fetchall()]


def _claimed(row: Sequence[Any]) -> Claimed:
    *head, entry, entered_at = row
    return Claimed(*[*head, msgspec.json.decode(entry) if entry else {}, entered_at])
