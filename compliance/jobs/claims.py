"""Claiming jobs under a lease, giving them back, and settling what came of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import connection, transaction

from compliance import audit
from compliance.jobs import statements
from config.kit.actors import Actor, ActorKind

LEASE: Final = timedelta(seconds=15)
"""A worker that does not say for so long that it lives is taken for dead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A job that this worker may work on until its lease ends."""

    id: UUID
    workspace_id: int
    kind: str
    title: str
    language: str
    actor: Actor
    attempt: int
    crashes: int
    done: int
    total: int | None
    said: str
    arguments: Mapping[str, Any]
    checkpoint: Mapping[str, Any]
    cancel_asked: bool
    is_first: bool


def claim(*, now: datetime) -> Claimed | None:
    """Take the next due job; what another worker holds is passed over."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statements.CLAIM, {"now": now, "until": now + LEASE})
        row = cursor.fetchone()
        return _claimed(row) if row else None


def give_back(claimed: Claimed, *, due_at: datetime, crashed: bool) -> None:
    """Let another worker take the job from its checkpoint, not before `due_at`."""
    given: dict[str, Any] = {"id": claimed.id, "attempt": claimed.attempt, "due_at": due_at, "crashed": int(crashed)}
    with connection.cursor() as cursor:
        cursor.execute(statements.GIVE_BACK, given)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What came of an attempt, and the figures at its end."""

    state: str
    done: int
    total: int | None
    said: str = ""
    result: Mapping[str, Any]
    problem: str = ""


def settle(claimed: Claimed, ending: Ending, *, now: datetime) -> bool:
    """End the job and put it on the trail; False if another worker has it by now."""
    given: dict[str, Any] = {
        "id": claimed.id,
        "attempt": claimed.attempt,
        "now": now,
        "state": ending.state,
        "done": ending.done,
        "total": ending.total,
        "said": ending.said,
        "result": dumped(ending.result),
        "problem": ending.problem[:1000],
    }
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(statements.SETTLE, given)
            if not cursor.rowcount:
                return False
        _record(claimed, ending, at=now)
    return True


ACTIONS: Final = {"done": "job.finished", "failed": "job.failed", "cancelled": "job.cancelled"}


def _record(claimed: Claimed, ending: Ending, *, at: datetime) -> None:
    figures = {"kind": claimed.kind, "done": ending.done, "attempt": claimed.attempt}
    figures |= {"problem": ending.problem} if ending.problem else {}
    entry: dict[str, Any] = {"workspace_id": claimed.workspace_id, "object_kind": "job", "object_id": claimed.id}
    audit.record(ACTIONS[ending.state], **entry, payload=figures, actor=claimed.actor, at=at)


def dumped(value: Mapping[str, Any]) -> str:
    """Return a JSON text for a parameter; NUL characters, which PostgreSQL cannot hold, are left out."""
    return msgspec.json.encode(value).decode().replace("\\u0000", "")


def _claimed(row: Sequence[Any]) -> Claimed:
    names = ("id", "workspace_id", "kind", "title", "language")
    ident, actor, rest = row[:5], row[5:8], row[8:]
    attempt, crashes, done, total, said, arguments, checkpoint, cancel_asked, is_first = rest
    return Claimed(
        **dict(zip(names, ident, strict=True)),
        actor=Actor(kind=ActorKind(actor[0]), id=actor[1], name=actor[2]),
        attempt=attempt,
        crashes=crashes,
        done=done,
        total=total,
        said=said,
        arguments=msgspec.json.decode(arguments),
        checkpoint=msgspec.json.decode(checkpoint),
        cancel_asked=cancel_asked,
        is_first=is_first,
    )
