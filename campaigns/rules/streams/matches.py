"""Alarms as matches: what an aggregate rule found is kept and acted on like what any other rule found."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from audiences.conditions import Facts, durations
from audiences.facts.reader import event_fact
from audiences.intake import EventRow, Internal, emit
from audiences.intake.models import EventKind
from campaigns.rules.judging import Match
from campaigns.rules.streams.judging import Raised
from compliance.audit import Entry, record_many
from config.kit.ids import derived

LIVE = "live"


def match_of(workspace_id: int, raised: Raised) -> Match:
    """Return a raised alarm as a match: about its group, at the event (or the instant) that made it fire."""
    rule, alarm = raised.watch.rule, raised.alarm
    event = _event(workspace_id, raised)
    verdict = rule.condition.judge(Facts(now=alarm.at, traits=alarm.amounts))
    seen = Facts(now=alarm.at, traits={}, event=event_fact(event))
    return Match(rule=rule, event=event, facts=_kept(raised), verdict=verdict, seen=seen)


def _event(workspace_id: int, raised: Raised) -> EventRow:
    """The event at hand of an alarm, as actions read it: its properties are the group and the measures."""
    alarm = raised.alarm
    return EventRow(
        id=alarm.event_id or _id_of_moment(raised),
        workspace_id=workspace_id,
        person_id=raised.group.id,
        kind=EventKind.SIGNAL,
        name=raised.watch.rule.key,
        event_time=alarm.at,
        user_id=None,
        anonymous_id=None,
        properties=_told(raised),
        context=None,
    )


def _id_of_moment(raised: Raised) -> UUID:
    """Return the id of what no event caused: like that of an event, it tells when, and it is always the same."""
    at = raised.alarm.at
    chance = derived(raised.watch.id, raised.group.id, at.isoformat()).int & ((1 << 80) - 1)
    return UUID(int=int(at.timestamp() * 1000) << 80 | chance)


def _kept(raised: Raised) -> Mapping[str, Any]:
    alarm, form = raised.alarm, raised.watch.form
    kept: dict[str, Any] = {"now": alarm.at.isoformat(), "group": raised.group.values, "measures": alarm.amounts}
    kept |= {"over": durations.write(form.over), "began_at": alarm.began_at.isoformat()}
    return kept | {"event_id": None if alarm.event_id is None else str(alarm.event_id)}


def _told(raised: Raised) -> dict[str, Any]:
    alarm = raised.alarm
    told: dict[str, Any] = {"rule": raised.watch.rule.key, "group": raised.group.values, **raised.group.values}
    return told | {"measures": alarm.amounts, "began_at": alarm.began_at.isoformat()}


def settle_resolved(workspace_id: int, resolved: Sequence[Raised], *, now: datetime) -> None:
    """Record that alarms are over, and tell it as an event where the rule says so."""
    record_many([_entry(workspace_id, each) for each in resolved], at=now)
    emit(workspace_id, list(_events(resolved)))


def _entry(workspace_id: int, resolved: Raised) -> Entry:
    rule, alarm = resolved.watch.rule, resolved.alarm
    over = alarm.resolved_at.isoformat() if alarm.resolved_at else ""
    payload = {"group": resolved.group.values, "fired": alarm.at.isoformat(), "resolved": over, "mode": rule.mode}
    return Entry(
        action="rule.resolved", workspace_id=workspace_id, object_kind="rule", object_id=rule.key, payload=payload
    )


def _events(resolved: Iterable[Raised]) -> Iterable[Internal]:
    for each in resolved:
        name, alarm = each.watch.form.resolved_event, each.alarm
        if name and each.watch.rule.mode == LIVE and alarm.resolved_at is not None:
            yield Internal(
                person_id=each.group.id,
                name=name,
                at=alarm.resolved_at,
                dedupe=derived(each.watch.id, each.group.id, "resolved", alarm.at.isoformat()),
                properties=_told(each) | {"fired_at": alarm.at.isoformat()},
                personal=False,
            )
