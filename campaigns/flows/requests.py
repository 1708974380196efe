"""Runs that another system asks for: one for each idempotency key, and the same one for the same key (E9)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from audiences.conditions import EventFact
from campaigns.flows.asks import Ask
from campaigns.flows.models import Flow, Run
from campaigns.flows.starting import start, take_turn
from config.kit import queues
from config.kit.errors import Conflict
from config.kit.ids import derived
from config.kit.nudge import nudge
from config.kit.versions import digest

EVENT_NAME: Final = "journey.requested"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested:
    """The run of a request, and whether the request made it."""

    run: Run
    created: bool


@transaction.atomic
def request_run(flow: Flow, *, person_id: UUID, key: str, properties: Mapping[str, Any], now: datetime) -> Requested:
    """Start a run of a live flow. Raises Conflict for a key used with another body, and for an entry refused."""
    take_turn(person_id)
    body = digest({"person": str(person_id), "properties": properties})
    entry_key = f"api:{key}"
    known = Run.objects.filter(flow=flow, entry_key=entry_key).first()
    if known is not None:
        return _same(known, body)
    event_id = derived("request", flow.pk, key)
    ask = Ask(
        id=0,
        workspace_id=flow.workspace_id,
        flow_id=flow.pk,
        person_id=person_id,
        event=EventFact(name=EVENT_NAME, at=now, properties=properties, id=event_id),
        by="api",
        given_key=entry_key,
        body=body,
    )
    (answered,) = start([ask], now=now)
    if not answered.admission.granted:
        raise Conflict(f"The journey does not let this person in: {answered.admission.reason}.")
    nudge(queues.ADVANCE_RUNS)
    return Requested(run=Run.objects.get(flow=flow, subject_id=person_id, entry_key=entry_key), created=True)


def _same(run: Run, body: str) -> Requested:
    if run.entry.get("body") != body:
        raise Conflict("This key was used before with another person or other properties. Use a new key.")
    return Requested(run=run, created=False)
