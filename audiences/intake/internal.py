"""Events that the product itself makes, such as `segment.entered`: stored and processed like those from outside."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from audiences.intake.batches import HOPS, IMPORTED, LATE, partition_of
from audiences.intake.models import EventKind
from audiences.intake.store import Row, store
from config.kit import clock
from config.kit.ids import derived


@dataclass(frozen=True, slots=True, kw_only=True)
class Internal:
    """Something that happened to a person inside the product; `dedupe` names its cause, so that it is stored once."""

    person_id: uuid.UUID
    name: str
    at: datetime
    dedupe: str | uuid.UUID
    properties: Mapping[str, Any]
    imported: bool = False
    """Whether history from a file caused it: then it starts nothing either."""
    hops: int = 0
    """How many actions of rules lie between it and an event from outside."""
    late: timedelta = timedelta(0)
    """How late the event came from which it follows: what follows is no later."""
    personal: bool = True
    """Whether `person_id` is a person's, and not that of a brand or of another group."""


def emit(workspace_id: int, events: Sequence[Internal]) -> int:
    """Store `events` in the caller's transaction and return how many were new."""
    rows = {row.d: row for row in (_row(workspace_id, event) for event in events)}
    if not rows:
        return 0
    return len(rows) - len(store(list(rows.values()), received_at=clock.now()))


def _row(workspace_id: int, event: Internal) -> Row:
    return Row(
        w=workspace_id,
        d=derived(workspace_id, "internal", event.dedupe).hex,
        b=0,
        p=event.person_id.hex,
        s=partition_of(event.person_id),
        k=EventKind.INTERNAL if event.personal else EventKind.SIGNAL,
        n=event.name,
        t=event.at,
        r=msgspec.Raw(msgspec.json.encode(event.properties)),
        c=_context(event),
    )


def _context(event: Internal) -> msgspec.Raw | None:
    said: dict[str, Any] = {IMPORTED: ""} if event.imported else {}
    if event.hops:
        said |= {HOPS: event.hops, LATE: event.late.total_seconds()}
    return msgspec.Raw(msgspec.json.encode(said)) if said else None
