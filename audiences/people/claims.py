"""Keeps who used an identifier that belongs to somebody else, until an operator has said what that means."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from django.db import connection

from audiences.intake.batches import EventRow
from audiences.people.models import IdentityClaim
from audiences.people.naming import DEVICE
from audiences.people.subjects import Subject

STATES: Final = IdentityClaim.State


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """One event's use of an identifier by somebody who is not its holder."""

    subject: Subject
    claimant_id: uuid.UUID
    event: EventRow


def record_claims(
    workspace_id: int, claimed: Sequence[Claimed], *, heirs: Mapping[uuid.UUID, uuid.UUID] | None = None
) -> None:
    """Store claims in one statement. The same again only counts; a decision once taken stands.

    `heirs` says into whom a claimant was merged meanwhile.
    """
    rows: dict[tuple[uuid.UUID, uuid.UUID], _Row] = {}
    for claim in claimed:
        claimant = _heir(claim.claimant_id, heirs or {})
        row = rows.setdefault((claim.subject.id, claimant), _row(claim, claimant))
        row.f, row.l, row.n = min(row.f, claim.event.event_time), max(row.l, claim.event.event_time), row.n + 1
    with connection.cursor() as cursor:
        cursor.execute(STORE, [workspace_id, msgspec.json.encode(list(rows.values())).decode()])


def close_claims(*, loser_id: uuid.UUID, winner_id: uuid.UUID, now: datetime) -> None:
    """Give the winner of a merge the loser's claims; those upon the winner themselves are settled by it."""
    given: dict[str, Any] = {"loser": loser_id, "winner": winner_id, "now": now}
    with connection.cursor() as cursor:
        for statement in (DOUBLES, MOVE, SETTLE):
            cursor.execute(statement, given)


class _Row(msgspec.Struct, kw_only=True):
    """A claim on its way into the table."""

    s: uuid.UUID
    k: str
    v: str
    c: uuid.UUID
    e: uuid.UUID
    f: datetime
    l: datetime  # noqa: E741 - f and l: first and last use
    t: str
    n: int = 0


def _row(claim: Claimed, claimant: uuid.UUID) -> _Row:
    subject, event = claim.subject, claim.event
    state = STATES.NOTED if subject.kind == DEVICE else STATES.OPEN
    return _Row(
        s=subject.id, k=subject.kind, v=subject.value, c=claimant, e=event.id, f=event.event_time, l=event.event_time,
        t=state.value,
    )  # fmt: skip


def _heir(person_id: uuid.UUID, heirs: Mapping[uuid.UUID, uuid.UUID]) -> uuid.UUID:
    while person_id in heirs:
        person_id = heirs[person_id]
    return person_id


STORE: Final = """
insert into audiences_identityclaim as kept (workspace_id, subject, kind, value, claimant_id, event_id, first_at,
    last_at, times, state, decided_by, reason)
select %s, g.s, g.k, g.v, g.c, g.e, g.f, g.l, g.n, g.t, '', ''
from jsonb_to_recordset(%s::jsonb) as g(
    s uuid, k text, v text, c uuid, e uuid, f timestamptz, l timestamptz, n int, t text)
-- settled within the same batch: the claimant has become the holder
where not exists (select from audiences_identity i where i.subject = g.s and i.person_id = g.c)
order by g.s, g.c
on conflict (subject, claimant_id) do update
set times = kept.times + excluded.times, first_at = least(kept.first_at, excluded.first_at),
    last_at = greatest(kept.last_at, excluded.last_at)
"""
DOUBLES: Final = """
delete from audiences_identityclaim l where l.claimant_id = %(loser)s and exists (
    select from audiences_identityclaim w where w.claimant_id = %(winner)s and w.subject = l.subject)
"""
MOVE: Final = "update audiences_identityclaim set claimant_id = %(winner)s where claimant_id = %(loser)s"
SETTLE: Final = """
update audiences_identityclaim c set state = 'merged', decided_at = %(now)s
from audiences_identity i
where i.subject = c.subject and i.person_id = c.claimant_id and c.claimant_id = %(winner)s
  and c.state in ('open', 'noted')
"""
