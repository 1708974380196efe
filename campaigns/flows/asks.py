"""The actions that ask for a run: claimed, answered, and what the person's past in the flow says."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import connection
from django.db.models import Q

from audiences.conditions import EventFact
from campaigns.actions import Action
from campaigns.flows.engine.admission import Admission, Past, entry_key
from campaigns.flows.engine.graph import Graph
from campaigns.flows.entries import START_FLOW, Refused, keep_refusals
from compliance.audit import Entry, record_many

log = logging.getLogger(__name__)
FLOW_UNKNOWN: Final = "flow_unknown"
Pair = tuple[int, UUID]
Pasts = dict[Pair, Past]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A pending `start_flow` action, or an entry through the API (`id` 0), which gives its key."""

    id: int
    workspace_id: int
    flow_id: int
    person_id: UUID
    event: EventFact
    by: str
    attempts: int = 0
    given_key: str = ""
    body: str = ""
    """The digest of what the API was given, so that the same key with another body is noticed."""

    @property
    def pair(self) -> Pair:
        return self.flow_id, self.person_id

    def key_for(self, graph: Graph) -> str:
        """Return the key under which the run would be kept."""
        return self.given_key or entry_key(graph, self.event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An ask with its answer."""

    ask: Ask
    admission: Admission


def pending(now: datetime) -> bool:
    """Say whether any action waits."""
    waiting = Action.objects.filter(state=Action.State.PENDING, kind=START_FLOW)
    return waiting.filter(Q(due_at=None) | Q(due_at__lte=now)).exists()


def claim_asks(group: int, *, groups: int, limit: int, now: datetime) -> list[Ask]:
    """Lock the oldest pending actions of a group of people; one that says nothing readable is refused at once."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"kind": START_FLOW, "group": group, "groups": groups, "limit": limit, "now": now})
        rows = cursor.fetchall()
    asks: list[Ask] = []
    for row in rows:
        try:
            asks.append(_ask(row))
        except (KeyError, TypeError, ValueError):
            log.exception("action %s cannot be read", row[0])
            Action.objects.filter(pk=row[0]).update(state=Action.State.REFUSED, reason="unreadable", done_at=now)
    return asks


def _ask(row: Sequence[Any]) -> Ask:
    ident, workspace_id, person_id, event_id, attempts, text = row
    payload = msgspec.json.decode(text)
    told = payload["event"]
    at = datetime.fromisoformat(told["at"])
    return Ask(
        id=ident,
        workspace_id=workspace_id,
        flow_id=int(payload["flow_id"]),
        person_id=person_id,
        event=EventFact(name=told["name"], at=at, properties=told["properties"], id=event_id),
        by=f"rule:{payload['rule_id']}" if "rule_id" in payload else "event",
        attempts=attempts,
    )


def pasts_of(asks: Sequence[Ask], keys: Collection[str]) -> Pasts:
    """Return the past of each (flow, person) that has one; `keys` are those that are asked for."""
    given: dict[str, Any] = {
        "flows": [ask.flow_id for ask in asks],
        "people": [ask.person_id for ask in asks],
        "keys": sorted(keys),
    }
    with connection.cursor() as cursor:
        cursor.execute(PASTS, given)
        return {
            (flow_id, person_id): Past(last_entered_at=entered_at, live=live, keys=frozenset(used or ()))
            for flow_id, person_id, entered_at, live, used in cursor.fetchall()
        }


def answer_asks(answered: Sequence[Answered], *, now: datetime) -> None:
    """Close the actions, keep the refusals and tell the trail of them."""
    rows = [{"id": a.ask.id, "reason": a.admission.reason} for a in answered if a.ask.id]
    with connection.cursor() as cursor:
        cursor.execute(ANSWER, {"now": now, "rows": msgspec.json.encode(rows).decode()})
    # a flow that does not exist has nothing that a refusal could be kept with
    refused = [a for a in answered if not a.admission.granted and a.admission.reason != FLOW_UNKNOWN]
    keep_refusals([_refused(a) for a in refused], now=now)
    record_many([_entry(a) for a in refused], at=now)


def _refused(answered: Answered) -> Refused:
    ask, admission = answered.ask, answered.admission
    return Refused(
        workspace_id=ask.workspace_id,
        flow_id=ask.flow_id,
        person_id=ask.person_id,
        event_id=ask.event.id,
        reason=admission.reason,
        detail=admission.detail,
    )


def _entry(answered: Answered) -> Entry:
    ask = answered.ask
    return Entry(
        action="flow.entry_refused",
        workspace_id=ask.workspace_id,
        object_kind="flow",
        object_id=ask.flow_id,
        person_id=ask.person_id,
        payload={"reason": answered.admission.reason, "event": ask.event.id, "by": ask.by},
    )


# The last two bits of the person's id are its group: 0 to 3.
CLAIM: Final = """
select id, workspace_id, person_id, event_id, attempts, payload::text from campaigns_action
where state = 'pending' and kind = %(kind)s and (due_at is null or due_at <= %(now)s)
  and get_byte(uuid_send(person_id), 15) %% %(groups)s = %(group)s
order by id limit %(limit)s for update skip locked
"""
PASTS: Final = """
with asked as (select distinct * from unnest(%(flows)s::bigint[], %(people)s::uuid[]) as a(flow_id, subject_id))
select r.flow_id, r.subject_id, max(r.entered_at), bool_or(r.state <> 'ended'),
       array_agg(r.entry_key) filter (where r.entry_key = any(%(keys)s::text[]))
from campaigns_run r join asked using (flow_id, subject_id)
group by r.flow_id, r.subject_id
"""
ANSWER: Final = """
update campaigns_action a
set state = case when g.reason = '' then 'done' else 'refused' end, reason = g.reason, done_at = %(now)s
from jsonb_to_recordset(%(rows)s::jsonb) as g(id bigint, reason text)
where a.id = g.id
"""
