"""What waits in a partition, looked at and taken apart: for the drain that must find the one event at fault."""

import uuid
from collections.abc import Sequence
from typing import Final

from django.db import connection

from audiences.intake.batches import LOCK_CLASS, Batch, finish, partition_of


def head(partition: int) -> uuid.UUID | None:
    """Return the first waiting id of `partition`, and hold the partition for the rest of the transaction.

    None when nothing waits or another worker has it.
    """
    with connection.cursor() as cursor:
        cursor.execute(HEAD, {"class": LOCK_CLASS, "partition": partition})
        first_id: uuid.UUID | None = cursor.fetchone()[0]
        return first_id


def take_apart(batch: Batch) -> None:
    """Let each event of a claimed batch wait on its own, in the caller's transaction, to tell them apart."""
    finish(batch)
    with connection.cursor() as cursor:
        cursor.execute(WAIT_SINGLY, [batch.partition, batch.workspace_id, [event.id for event in batch.events]])


def requeue(workspace_id: int, person_id: uuid.UUID, event_ids: Sequence[uuid.UUID]) -> None:
    """Let stored events of one person be processed once more, each on its own."""
    with connection.cursor() as cursor:
        cursor.execute(WAIT_SINGLY, [partition_of(person_id), workspace_id, list(event_ids)])


HEAD: Final = """
select case when pg_try_advisory_xact_lock(%(class)s, %(partition)s) then
    (select first_id from audiences_slice where partition = %(partition)s order by first_id limit 1) end
"""
WAIT_SINGLY: Final = """
insert into audiences_slice (partition, first_id, last_id, workspace_id)
select %s, id, id, %s from unnest(%s::uuid[]) as event(id)
on conflict do nothing
"""
