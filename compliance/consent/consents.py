"""The verbs of consent: ask whether a person may be contacted, note what they decided, merge two persons' decisions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import connection, transaction
from django.db.models import QuerySet

from compliance import audit
from compliance.consent.models import Consent
from compliance.consent.signals import consents_changed

GRANTED: Final = Consent.State.GRANTED.value
WITHDRAWN: Final = Consent.State.WITHDRAWN.value
TRANSACTIONAL: Final = "transactional"

STORE: Final = """
with given as (
    select * from jsonb_to_recordset(%(changes)s::jsonb) as given(
        person_id uuid, channel text, purpose text, state text, source text, evidence jsonb, changed_at timestamptz)
), before as (
    select person_id, channel, purpose, kept.state
    from compliance_consent kept join given using (person_id, channel, purpose)
    where kept.workspace_id = %(workspace_id)s
), stored as (
    insert into compliance_consent as kept
        (workspace_id, person_id, channel, purpose, state, source, evidence, changed_at)
    select %(workspace_id)s, person_id, channel, purpose, state, source, evidence, changed_at from given
    on conflict (workspace_id, person_id, channel, purpose) do update
        set state = excluded.state, source = excluded.source, evidence = excluded.evidence,
            changed_at = excluded.changed_at
        where (excluded.changed_at, excluded.state) >= (kept.changed_at, kept.state)
    returning person_id, channel, purpose, state, source, changed_at
)
select stored.person_id, stored.channel, stored.purpose, stored.state, stored.source, before.state, stored.changed_at
from stored left join before using (person_id, channel, purpose)
where stored.state is distinct from before.state
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentVerdict:
    """Whether a person may be contacted, and what that rests on."""

    allowed: bool
    reason: str
    state: str | None = None
    source: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a person decided for one channel and purpose, where and when."""

    person_id: UUID
    channel: str
    purpose: str
    state: str
    source: str
    changed_at: datetime
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that changed something; `before` is the state that it replaced."""

    person_id: UUID
    channel: str
    purpose: str
    state: str
    source: str
    before: str | None
    changed_at: datetime


def may_contact(
    workspace_id: int, person_ids: Sequence[UUID], *, channel: str, purpose: str
) -> dict[UUID, ConsentVerdict]:
    """Say for each person whether they may be contacted. What nobody granted is not allowed, except transactional."""
    with connection.cursor() as cursor:
        cursor.execute(KEPT, [workspace_id, list(person_ids), channel, purpose])
        kept = {person_id: (state, source, changed_at) for person_id, state, source, changed_at in cursor.fetchall()}
    return {person_id: _verdict(kept.get(person_id), purpose) for person_id in person_ids}


def granted(
    workspace_id: int, person_ids: Sequence[UUID], kinds: Iterable[tuple[str, str]]
) -> dict[UUID, frozenset[tuple[str, str]]]:
    """Return, of the given kinds (channel, purpose), those for which each person may be contacted: one query."""
    wanted = list(kinds)
    always = frozenset(kind for kind in wanted if kind[1] == TRANSACTIONAL)
    found: dict[UUID, set[tuple[str, str]]] = {}
    channels, purposes = [channel for channel, _ in wanted], [purpose for _, purpose in wanted]
    with connection.cursor() as cursor:
        cursor.execute(GRANTS, [channels, purposes, workspace_id, list(person_ids)])
        for person_id, channel, purpose in cursor.fetchall():
            found.setdefault(person_id, set()).add((channel, purpose))
    return {person_id: always | found.get(person_id, set()) for person_id in person_ids}


def may_contact_sql(
    person: str, kind: tuple[str, str], *, workspace: str, param: Callable[[str], str], among: str = ""
) -> str:
    """Return `may_contact` for a kind (channel, purpose) as an SQL condition on the expression `person`.

    `workspace` is a place-holder, and `param` makes one of a value. `among` (` and …` about `person_id`) spares
    reading the consents of those who are not asked about.
    """
    channel, purpose = kind
    if purpose == TRANSACTIONAL:
        return "true"
    return f"""({person} in (
        select person_id from compliance_consent where workspace_id = {workspace}
        and channel = {param(channel)} and purpose = {param(purpose)} and state = '{GRANTED}'{among}))"""  # noqa: S608


GRANTS: Final = """
select person_id, channel, purpose
from compliance_consent join unnest(%s::text[], %s::text[]) as wanted(channel, purpose) using (channel, purpose)
where workspace_id = %s and person_id = any(%s) and state = 'granted'
"""
# the gate asks this for every message: one array instead of a parameter per person, and no model instances
KEPT: Final = """
select person_id, state, source, changed_at from compliance_consent
where workspace_id = %s and person_id = any(%s) and channel = %s and purpose = %s
"""


def grant(
    workspace_id: int,
    person_id: UUID,
    *,
    channel: str,
    purpose: str,
    source: str,
    at: datetime,
    evidence: Mapping[str, Any] | None = None,
) -> bool:
    """Note that the person agreed; return whether that changed anything."""
    change = Change(
        person_id=person_id, channel=channel, purpose=purpose, state=GRANTED, source=source, changed_at=at,
        evidence=evidence or {},
    )  # fmt: skip
    return bool(store(workspace_id, [change], now=at))


def withdraw(
    workspace_id: int,
    person_id: UUID,
    *,
    channel: str,
    purpose: str,
    source: str,
    at: datetime,
    evidence: Mapping[str, Any] | None = None,
) -> bool:
    """Note that the person wants no more of it; return whether that changed anything."""
    change = Change(
        person_id=person_id, channel=channel, purpose=purpose, state=WITHDRAWN, source=source, changed_at=at,
        evidence=evidence or {},
    )  # fmt: skip
    return bool(store(workspace_id, [change], now=at))


def store(workspace_id: int, changes: Sequence[Change], *, now: datetime) -> int:
    """Note many decisions in one statement; return how many states changed. Each of those is on the trail.

    The latest decision counts, whatever the order of arrival; of two at the same instant, the withdrawal.
    """
    rows = [msgspec.to_builtins(change) for change in _latest(changes)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(STORE, {"workspace_id": workspace_id, "changes": msgspec.json.encode(rows).decode()})
        decided = [Decided(*row) for row in cursor.fetchall()]
        audit.record_many([_entry(workspace_id, one) for one in decided], at=now)
        if decided:
            consents_changed.send(sender=None, workspace_id=workspace_id, decided=decided, now=now)
    return len(decided)


def consents_of(workspace_id: int, person_id: UUID) -> QuerySet[Consent]:
    """Return what the person decided, by channel and purpose."""
    return Consent.objects.filter(workspace_id=workspace_id, person_id=person_id).order_by("channel", "purpose")


def stricter(*decisions: Iterable[Consent]) -> dict[tuple[str, str], str]:
    """Return the state by (channel, purpose) that several people's decisions make together: one withdrawal decides."""
    states: dict[tuple[str, str], str] = {}
    for row in (row for rows in decisions for row in rows):
        if states.get((row.channel, row.purpose)) != WITHDRAWN:
            states[row.channel, row.purpose] = row.state
    return states


def merge_consents(workspace_id: int, *, into: UUID, person_id: UUID, now: datetime) -> None:
    """Give `into` the decisions of `person_id`, who turned out to be the same human: the stricter one wins."""
    with transaction.atomic():
        own = {(row.channel, row.purpose): row for row in consents_of(workspace_id, into).select_for_update()}
        changes = [
            _moved(row, into=into, own=own.get((row.channel, row.purpose)))
            for row in consents_of(workspace_id, person_id)
        ]
        store(workspace_id, [change for change in changes if change], now=now)


def _moved(row: Consent, *, into: UUID, own: Consent | None) -> Change | None:
    """The decision to store for the merged person, or None if theirs is as strict already."""
    if own and (own.state == WITHDRAWN or row.state == GRANTED):
        return None
    return Change(
        person_id=into,
        channel=row.channel,
        purpose=row.purpose,
        state=row.state,
        source=row.source,
        evidence=row.evidence,
        changed_at=max(row.changed_at, own.changed_at) if own else row.changed_at,
    )


def _latest(changes: Sequence[Change]) -> list[Change]:
    latest: dict[tuple[UUID, str, str], Change] = {}
    for change in sorted(changes, key=lambda change: (change.changed_at, change.state)):
        latest[change.person_id, change.channel, change.purpose] = change
    return list(latest.values())


def _verdict(kept: tuple[str, str, datetime] | None, purpose: str) -> ConsentVerdict:
    state, source, changed_at = kept or (None, "", None)
    if purpose == TRANSACTIONAL:
        allowed, reason = True, "transactional"
    elif state is None:
        allowed, reason = False, "no_consent"
    else:
        allowed, reason = (False, "consent_withdrawn") if state == WITHDRAWN else (True, "consent_granted")
    return ConsentVerdict(allowed=allowed, reason=reason, state=state, source=source, changed_at=changed_at)


def _entry(workspace_id: int, one: Decided) -> audit.Entry:
    return audit.Entry(
        action=f"consent.{one.state}",
        workspace_id=workspace_id,
        object_kind="consent",
        object_id=f"{one.channel}/{one.purpose}",
        person_id=one.person_id,
        payload={"before": one.before, "source": one.source},
    )
