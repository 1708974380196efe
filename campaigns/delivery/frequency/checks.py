"""The gate's questions about caps and quiet hours, and the count under a lock just before messages go on the wire."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.db import connection

from campaigns.delivery.claims import Claimed
from campaigns.delivery.frequency.form import Cap
from campaigns.delivery.frequency.reading import Courtesy, read_courtesy
from campaigns.delivery.frequency.windows import Reached, Use, quiet_until, use_of
from campaigns.delivery.frequency.zones import zone_of_recipient
from campaigns.delivery.verdicts import Verdict
from config.kit.local_time import ZoneFound

DEFER: Final = "defer"
DROP: Final = "drop"


def _zone(courtesy: Courtesy, claimed: Claimed, traits: Mapping[str, Any]) -> ZoneFound:
    return zone_of_recipient(traits, workspace=courtesy.zones.get(claimed.workspace_id))


def cap_verdict(
    claimed: Claimed, courtesy: Courtesy, traits: Mapping[str, Any], tags: frozenset[str], *, now: datetime
) -> Verdict:
    """Judge a message against every cap that it falls under; the one that frees last decides (C1)."""
    caps = [cap for cap in courtesy.caps_of(claimed) if _falls_under(cap, claimed, tags)]
    if not caps:
        return Verdict(check="cap", passed=True, rule="no cap is set for it", value="none", limit="none")
    zone = _zone(courtesy, claimed, traits).zone
    reached = courtesy.reached.get(claimed.person_id, ())
    uses = [use_of(cap, reached, now=now, zone=zone) for cap in caps]
    full = [use for use in uses if use.frees_at is not None]
    shown = max(full, key=lambda use: use.frees_at or now) if full else max(uses, key=_tightness)
    defer = claimed.on_cap == DEFER
    return Verdict(
        check="cap",
        passed=not full,
        rule=_rule(shown.cap),
        value=shown.used,
        limit=shown.cap.at_most,
        reason="capped" if full else "",
        hold=bool(full) and defer,
        until=shown.frees_at if full and defer and shown.frees_at else msgspec.UNSET,
    )


def _tightness(use: Use) -> float:
    return use.used / use.cap.at_most


def _rule(cap: Cap) -> str:
    told = cap.as_json()
    return f"{cap.key}: {cap.scope}, {cap.at_most} per {told['per']}, {told['window']}"


def _falls_under(cap: Cap, claimed: Claimed, tags: frozenset[str]) -> bool:
    meant = cap.scope.covers(channel=claimed.channel, flow=claimed.flow_key or "", tags=tags)
    return meant and claimed.purpose in cap.purposes


def quiet_verdict(
    claimed: Claimed, courtesy: Courtesy, traits: Mapping[str, Any], tags: frozenset[str], *, now: datetime
) -> Verdict:
    """Judge a message against the quiet hours of the recipient's local time (Q1, Q2)."""
    meant = [
        quiet
        for quiet in courtesy.quiet.get(claimed.workspace_id, ())
        if claimed.purpose in quiet.purposes
        and quiet.scope.covers(channel=claimed.channel, flow=claimed.flow_key or "", tags=tags)
    ]
    if not meant:
        return Verdict(check="window", passed=True, rule="no quiet hours are set for it", value="none", limit="none")
    found = _zone(courtesy, claimed, traits)
    if found.source == "utc":
        rule = "the recipient's local time is known"
        return Verdict(check="window", passed=False, rule=rule, value="none", reason="unknown_time_zone", hold=True)
    closed = {quiet: until for quiet in meant if (until := quiet_until(quiet, now=now, zone=found.zone)) is not None}
    shown = max(closed, key=lambda quiet: closed[quiet]) if closed else meant[0]
    drop = bool(closed) and (any(quiet.drop for quiet in closed) or claimed.on_quiet == DROP)
    return Verdict(
        check="window",
        passed=not closed,
        rule=f"{shown.key}: {shown.scope}, {shown.opens:%H:%M} to {shown.closes:%H:%M}",
        value=f"{now.astimezone(found.zone):%H:%M} {found.zone.key} ({found.source})",
        limit=f"not {shown.opens:%H:%M}-{shown.closes:%H:%M}",
        reason="quiet_hours" if closed else "",
        hold=bool(closed) and not drop,
        until=closed[shown] if closed and not drop else msgspec.UNSET,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What caps ask of a message once more: its tags, and the zone of its recipient."""

    tags: frozenset[str]
    zone: ZoneInfo


class Told(Protocol):
    """What is known of a batch's people and templates."""

    def traits_of(self, claimed: Claimed) -> Mapping[str, Any]: ...

    def tags_of(self, claimed: Claimed) -> frozenset[str]: ...


def about_of(claimed: Claimed, courtesy: Courtesy, told: Told) -> About | None:
    """Return what is asked of a message that falls under a cap, None for any other."""
    tags = told.tags_of(claimed)
    if not any(_falls_under(cap, claimed, tags) for cap in courtesy.caps_of(claimed)):
        return None
    return About(tags=tags, zone=_zone(courtesy, claimed, told.traits_of(claimed)).zone)


def within_caps(messages: Sequence[tuple[Claimed, About]], *, now: datetime) -> set[UUID]:
    """Return the messages that may go on the wire now, counted anew with their people locked until the commit (C3).

    Another worker that is about to mark a message of the same person waits here, and then sees what was marked.
    """
    _lock({claimed.person_id for claimed, _about in messages})
    courtesy = read_courtesy([claimed for claimed, _about in messages], now=now)
    allowed: set[UUID] = set()
    marked = {person: list(reached) for person, reached in courtesy.reached.items()}
    for claimed, about in messages:
        mine = marked.setdefault(claimed.person_id, [])
        caps = (cap for cap in courtesy.caps_of(claimed) if _falls_under(cap, claimed, about.tags))
        if all(use_of(cap, mine, now=now, zone=about.zone).frees_at is None for cap in caps):
            allowed.add(claimed.id)
            mine.append(_as_reached(claimed, about.tags, now))
    return allowed


def _as_reached(claimed: Claimed, tags: frozenset[str], now: datetime) -> Reached:
    flow = claimed.flow_key or ""
    return Reached(at=now, channel=claimed.channel, flow=flow, tags=tags, purpose=claimed.purpose)


def _lock(people: Iterable[UUID]) -> None:
    """Take a lock per person, in one order for all workers, until the caller's transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [sorted(person.int % (1 << 62) for person in people)])


LOCK: Final = "select pg_advisory_xact_lock(one) from unnest(%s::bigint[]) as one"
