"""Events in: the public calls, the store, and the batches in which events are handed on."""

from audiences.intake.batches import Batch, EventRow, claim_batch, finish, partition_of, waiting_partitions
from audiences.intake.internal import Internal, emit

__all__ = [
    "Batch",
    "EventRow",
    "Internal",
    "claim_batch",
    "emit",
    "finish",
    "partition_of",
    "waiting_partitions",
]
