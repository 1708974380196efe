"""How far the drain of each partition has got, kept outside the batch's transaction so that a killed worker leaves it.

A batch that fails is tried again at half the size, until the event at fault stands alone and is parked. A batch that
kills its worker `DEADLY` times is taken apart and judged by the interpreter, event by event; the event that goes on
killing is parked unprocessed.
"""

from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from audiences.intake import Batch, claim_batch
from audiences.intake.waiting import head, take_apart
from campaigns.parking import DrainProgress

FULL_SIZE: Final = 500
SIZE_AFTER_PARKING: Final = 16
DEADLY: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One attempt at the head of a partition: how many events to take, and how careful to be."""

    partition: int
    first_id: UUID
    attempts: int
    size: int
    interpreted: bool

    @property
    def deadly(self) -> bool:
        """Tell whether the single event at the head killed its worker even without the rule engine."""
        return self.interpreted and self.attempts > DEADLY


def next_turn(partition: int) -> Turn | None:
    """Count the attempt, durably, and return how to go about it; None when nothing waits or another worker has it.

    The lock of the partition is free again afterwards, so two workers may race: the one that comes too late gives its
    turn back.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        first_id = head(partition)
        if first_id is None:
            return None
        # a worker's death loses nothing that was committed, even before it is on the disk
        cursor.execute("set local synchronous_commit = off")
        cursor.execute(COUNT, {"partition": partition, "first": first_id, "full": FULL_SIZE})
        attempts, size, interpreted = cursor.fetchone()
    turn = Turn(partition=partition, first_id=first_id, attempts=attempts, size=size, interpreted=interpreted)
    return _suspect(turn) if attempts > DEADLY and not interpreted else turn


def give_back(turn: Turn) -> None:
    """Take back the count of an attempt that did not end in death."""
    heads = DrainProgress.objects.filter(partition=turn.partition, first_id=turn.first_id, attempts__gt=0)
    heads.update(attempts=F("attempts") - 1)


def halve(batch: Batch) -> None:
    """After a failure take half as many of these events next time; call it holding the batch anew."""
    take_apart(batch)
    DrainProgress.objects.filter(partition=batch.partition).update(
        size=max(1, len(batch.events) // 2), attempts=0, zone_until=batch.events[-1].id
    )


def after_parking(partition: int) -> None:
    """Take larger batches again: what was at fault is out of the way."""
    DrainProgress.objects.filter(partition=partition).update(size=SIZE_AFTER_PARKING)


def _suspect(turn: Turn) -> Turn | None:
    """Put the events that were being processed when workers died under suspicion, one by one."""
    with transaction.atomic():
        batch = claim_batch(turn.partition, limit=turn.size)
        if batch is None:
            return None
        take_apart(batch)
        if not batch.events:
            return None
        DrainProgress.objects.filter(partition=turn.partition).update(
            size=1, attempts=1, zone_until=batch.events[-1].id, interpreted=True
        )
    return replace(turn, attempts=1, size=1, interpreted=True)


COUNT: Final = """
insert into campaigns_drainprogress as known (partition, first_id, attempts, size, zone_until, interpreted)
values (%(partition)s, %(first)s, 1, %(full)s, null, false)
on conflict (partition) do update set
    first_id = excluded.first_id,
    attempts = case when known.first_id = excluded.first_id then known.attempts + 1 else 1 end,
    size = case when known.first_id = excluded.first_id or excluded.first_id <= known.zone_until then known.size
                else least(known.size * 2, excluded.size) end,
    zone_until = case when excluded.first_id <= known.zone_until then known.zone_until end,
    interpreted = known.interpreted and coalesce(excluded.first_id <= known.zone_until, false)
returning attempts, size, interpreted
"""
