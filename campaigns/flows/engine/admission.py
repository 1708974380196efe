"""Decides whether an asked entry becomes a run: late, known already, too soon, or not matching (E1–E5, E9, S4)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from unicodedata import normalize

from audiences.conditions import EventFact, Facts, evaluate
from campaigns.flows.engine.graph import EntryOn, Graph

LONGEST_KEY: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """The person's runs in this flow so far: when the last one began, whether one is under way, the keys used."""

    last_entered_at: datetime | None = None
    live: bool = False
    keys: frozenset[str] = frozenset()

    def with_run(self, key: str, *, entered_at: datetime, live: bool) -> "Past":
        """Return the past after one more entry."""
        return Past(last_entered_at=entered_at, live=self.live or live, keys=self.keys | {key})


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Admitted under `key`, or refused with a `reason` and what shows it."""

    key: str = ""
    reason: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def granted(self) -> bool:
        return not self.reason


def late(graph: Graph, *, happened: datetime, received: datetime) -> Admission | None:
    """Return the refusal of an event that came in later than the flow's lateness limit allows."""
    lateness = received - happened
    if lateness <= graph.lateness:
        return None
    return _refused("late", late_by=_seconds(lateness), limit=_seconds(graph.lateness))


def admit(graph: Graph, *, facts: Facts, past: Past, now: datetime, given_key: str = "") -> Admission:
    """Judge an entry on the facts at its event. `given_key` is the idempotency key of an entry through the API."""
    key = given_key or (entry_key(graph, facts.event) if facts.event is not None else "")
    if not key:
        return _refused("key_missing", property=graph.entry.key)
    refusal = _known_already(graph, key, past, now)
    if refusal is not None:
        return refusal
    if graph.entry.condition is not None:
        verdict = evaluate(graph.entry.condition, facts)
        if not verdict.held:
            return Admission(reason="condition", detail={"verdict": verdict.as_json()})
    return Admission(key=key)


def entry_key(graph: Graph, event: EventFact) -> str:
    """Return the entry key: the named property's value ("" if it is missing), or else the message's id."""
    if graph.entry.key:
        return key_text(_looked_up(event.properties, graph.entry.key))
    return str(event.id)


def _looked_up(properties: Mapping[str, Any], path: str) -> Any:
    value: Any = properties
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def key_text(value: Any) -> str:
    """Return the text under which a key value is kept, "" for what can be none; a number never equals a text."""
    if isinstance(value, str):
        text = normalize("NFC", value)
    elif isinstance(value, bool | int | float):
        whole = isinstance(value, float) and value.is_integer()
        text = "=" + json.dumps(int(value) if whole else value)
    else:
        return ""
    return text if len(text) <= LONGEST_KEY else "sha256:" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _known_already(graph: Graph, key: str, past: Past, now: datetime) -> Admission | None:
    """Judge re-entry. Where runs are told apart by a property, the property alone decides (E5)."""
    entry = graph.entry
    if key in past.keys:
        return _refused("same_key", key=key)
    if entry.key or past.last_entered_at is None:
        return None
    if not entry.reentry.allowed:
        return _refused("already_entered", entered_at=past.last_entered_at.isoformat())
    if entry.on is EntryOn.SEGMENT and past.live:
        return _refused("already_inside", entered_at=past.last_entered_at.isoformat())
    return _too_soon(past.last_entered_at, entry.reentry.after, now)


def _too_soon(last: datetime, after: timedelta | None, now: datetime) -> Admission | None:
    if after is None or now - last >= after:
        return None
    return _refused("reentry_too_soon", entered_at=last.isoformat(), eligible_at=(last + after).isoformat())


def _refused(reason: str, **detail: Any) -> Admission:
    return Admission(reason=reason, detail=detail)


def _seconds(duration: timedelta) -> int:
    return int(duration.total_seconds())
