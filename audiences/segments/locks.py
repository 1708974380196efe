"""Keeps judging single people and recomputing a whole segment apart.

A recomputation judges everybody by one snapshot. Were somebody judged anew meanwhile, by an event that the snapshot
does not hold, the older answer would be written last. So whoever judges single people shares the workspace's lock, and
a recomputation has it alone. Take it before any row is locked: then neither side ever waits for the other's rows.
"""

from typing import Final

from django.db import connection

LOCK_CLASS: Final = 0x51_61
"""First half of the advisory lock's key; the second half is the workspace."""


def share(workspace_id: int) -> None:
    """Judge single people until the end of the transaction: no recomputation runs meanwhile."""
    _take("select pg_advisory_xact_lock_shared(%s, %s)", workspace_id)


def share_if_free(workspace_id: int) -> bool:
    """Like `share`, but False at once where a recomputation is at work."""
    return _take("select pg_try_advisory_xact_lock_shared(%s, %s)", workspace_id)


def own(workspace_id: int) -> None:
    """Recompute until the end of the transaction: nobody is judged singly meanwhile."""
    _take("select pg_advisory_xact_lock(%s, %s)", workspace_id)


def _take(statement: str, workspace_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, [LOCK_CLASS, workspace_id])
        return bool(cursor.fetchone()[0] is not False)
