"""What a firing asks for: its actions as rows of the outbox, with all that they need later, named by their cause."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from audiences.conditions import Facts
from audiences.intake import EventRow
from campaigns.actions.outbox import TOO_MANY_HOPS, Action
from campaigns.rules.form.deeds import Action as Deed
from campaigns.rules.form.deeds import Payload, StartFlow
from config.kit.ids import derived

MOST_HOPS: Final = 10
"""How many actions of rules may follow from one event, one from the other, before the chain is cut."""
MISSING_VALUE: Final = "missing_value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """A rule fired: which one, on what event of whom, and on which facts."""

    rule_id: int
    rule_key: str
    version: int
    actions: Sequence[Deed]
    event: EventRow
    facts: Facts


def asked_on(occasions: Sequence[Occasion], *, now: datetime) -> list[Action]:
    """Return the unsaved actions of firings, but for entries into flows, in the order of firings and of `then`."""
    return [action for occasion in occasions for action in _asked(occasion, now=now)]


def _asked(occasion: Occasion, *, now: datetime) -> Iterator[Action]:
    for deed in occasion.actions:
        if not isinstance(deed, StartFlow):
            yield _action(occasion, deed, now=now)


def _action(occasion: Occasion, deed: Deed, *, now: datetime) -> Action:
    event, payload = occasion.event, deed.payload(occasion.facts)
    state, reason = _verdict(occasion, deed, payload)
    return Action(
        workspace_id=event.workspace_id,
        kind=deed.kind,
        dedupe=derived("action", occasion.rule_id, json.dumps([deed.kind, deed.as_json()], sort_keys=True), event.id),
        person_id=event.person_id,
        event_id=event.id,
        rule_id=occasion.rule_id,
        payload={**(payload or {}), **_cause(occasion)},
        state=state,
        reason=reason,
        created_at=now,
    )


def _verdict(occasion: Occasion, deed: Deed, payload: Payload | None) -> tuple[str, str]:
    if payload is None:
        return Action.State.REFUSED, MISSING_VALUE
    if deed.tells and occasion.event.hops >= MOST_HOPS:
        return Action.State.PARKED, TOO_MANY_HOPS
    return Action.State.PENDING, ""


def _cause(occasion: Occasion) -> dict[str, Any]:
    event = occasion.event
    return {
        "cause": {
            "rule": occasion.rule_key,
            "version": occasion.version,
            "event": event.name,
            "at": event.event_time.isoformat(),
            "user": event.user_id,
            "personal": event.personal,
            "hops": event.hops + 1,
            "late_s": event.lateness.total_seconds(),
        }
    }
