"""Makes stored events the way the door does, for tests of the rooms behind it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import msgspec
from django.db import transaction

from audiences.absorb import Absorbed, absorb
from audiences.intake import claim_batch, finish, partition_of, waiting_partitions
from audiences.intake.models import EventKind
from audiences.intake.store import Row, store
from config.kit.ids import derived
from tests.factories import NOON

_numbers = count(1)


def row(
    workspace_id: int,
    *,
    user: str | None = None,
    anonymous: str | None = None,
    name: str = "buy",
    kind: EventKind = EventKind.TRACK,
    at: datetime = NOON,
    key: str = "",
    properties: dict[str, Any] | None = None,
    context: dict[str, Any] | None = None,
) -> Row:
    person = derived(workspace_id, "user", user) if user else derived(workspace_id, "anonymous", anonymous)
    return Row(
        w=workspace_id,
        d=derived(workspace_id, "message", key or f"m-{next(_numbers)}").hex,
        b=0,
        p=person.hex,
        s=partition_of(person),
        k=kind,
        n=name,
        t=at,
        u=user,
        a=anonymous,
        r=msgspec.Raw(msgspec.json.encode(properties or {})),
        **({"c": msgspec.Raw(msgspec.json.encode(context))} if context else {}),
    )


def put(*rows: Row, at: datetime = NOON) -> None:
    if rows:
        store(rows, received_at=at)


def drain(*, now: datetime = NOON + timedelta(minutes=1)) -> list[Absorbed]:
    """Absorb all that waits, as the workers do."""
    done = []
    for partition in waiting_partitions():
        with transaction.atomic():
            while batch := claim_batch(partition):
                done.append(absorb(batch, now=now))
                finish(batch)
    return done


def come(*rows: Row, now: datetime = NOON + timedelta(minutes=1)) -> Sequence[Absorbed]:
    put(*rows, at=now)
    return drain(now=now)
