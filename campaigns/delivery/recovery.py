"""Looks after leases that ended: a lapsed claim is pending again, a lapsed send is in doubt and is never repeated."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from compliance.audit import Entry, record_many

UNCLAIM: Final = """
update campaigns_delivery set state = 'pending', lease_until = null
where id in (select id from campaigns_delivery where state = 'claimed' and lease_until <= %(now)s
             order by lease_until limit 5000 for update skip locked)
"""
DOUBT: Final = """
update campaigns_delivery set state = 'in_doubt', reason = 'no_answer', lease_until = null, due_at = null
where id in (select id from campaigns_delivery where state = 'sending' and lease_until <= %(now)s
             order by lease_until limit 5000 for update skip locked)
returning id, workspace_id, person_id, node, channel, attempt
"""


def recover(now: datetime) -> tuple[int, int]:
    """Settle lapsed leases; return how many claims were given back and how many sends came in doubt."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(UNCLAIM, {"now": now})
        unclaimed = cursor.rowcount
        cursor.execute(DOUBT, {"now": now})
        doubtful = cursor.fetchall()
        record_many([_entry(row) for row in doubtful], at=now)
    return unclaimed, len(doubtful)


def _entry(row: Sequence[Any]) -> Entry:
    ident, workspace_id, person_id, node, channel, attempt = row
    return Entry(
        action="delivery.in_doubt",
        workspace_id=workspace_id,
        object_kind="delivery",
        object_id=ident,
        person_id=person_id,
        payload={"reason": "no_answer", "node": node, "channel": channel, "attempt": attempt},
    )
