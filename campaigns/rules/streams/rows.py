"""Reads and writes what aggregate rules keep: each statement serves all groups of a batch."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import msgspec

from campaigns.rules.streams.alarms import Alarm
from campaigns.rules.streams.measures import Bucket, Hit, Number, Part, bucketed
from campaigns.rules.streams.statements import (
    ADD,
    ALARM,
    ALARMS,
    BUCKETS_IN,
    CHANGE,
    FORGET_TURNS,
    GROUPS,
    HIT,
    HITS_IN,
    LOCK,
    TURN,
    TURNS,
)
from campaigns.rules.streams.turns import Turn
from campaigns.rules.streams.watches import Group, Watch
from config.kit.bulk import bulk_cursor

NOBODY: Final = UUID(int=0)
"""Stands, in a key, for the event of a turn that time alone made."""
Place = tuple[UUID, UUID]
"""A watch's id and a group's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """From when until when something is to be read of a group of a stream: [begin, end)."""

    stream: UUID
    group_id: UUID
    begin: datetime
    end: datetime


def lock_groups(workspace_id: int, groups: Mapping[Place, tuple[Watch, Group]]) -> dict[Place, datetime | None]:
    """Take the groups for the rest of the transaction, always in one order; return up to when each was judged."""
    rows = [
        {"w": watch.id, "g": group.id, "r": watch.rule.rule_id, "v": group.values}
        for _, (watch, group) in sorted(groups.items())
    ]
    with bulk_cursor() as cursor:
        cursor.execute(LOCK, [workspace_id, _json(rows)])
        return {(watch_id, group_id): judged_to for watch_id, group_id, judged_to in cursor.fetchall()}


def keep_hits(workspace_id: int, hits: Sequence[tuple[Watch, Group, Hit]]) -> dict[Place, list[Hit]]:
    """Store the hits and add them to their buckets; return those that were not there before, in their order."""
    rows = [
        {"s": watch.stream, "g": group.id, "a": hit.at, "e": hit.event_id, "p": [_written(part) for part in hit.parts]}
        for watch, group, hit in hits
    ]
    with bulk_cursor() as cursor:
        cursor.execute(HIT, [workspace_id, _json(rows)])
        stored: set[tuple[UUID, UUID, UUID]] = set(cursor.fetchall())
    fresh: dict[Place, list[Hit]] = defaultdict(list)
    by_bucket: dict[tuple[UUID, UUID, datetime], list[Hit]] = defaultdict(list)
    for watch, group, hit in hits:
        if (watch.stream, group.id, hit.event_id) in stored:
            stored.discard((watch.stream, group.id, hit.event_id))
            fresh[watch.id, group.id].append(hit)
            by_bucket[watch.stream, group.id, watch.start_of_bucket(hit.at)].append(hit)
    _add_to_buckets(workspace_id, by_bucket)
    return {place: sorted(found, key=lambda hit: hit.order) for place, found in fresh.items()}


def _add_to_buckets(workspace_id: int, hits: Mapping[tuple[UUID, UUID, datetime], list[Hit]]) -> None:
    rows = [
        {
            "s": stream,
            "g": group_id,
            "b": start,
            "o": bucket.slot,
            "v": bucket.value,
            "n": bucket.n,
            "t": str(bucket.total),
            "l": str(bucket.low),
            "h": str(bucket.high),
        }
        for (stream, group_id, start), of_bucket in sorted(hits.items())
        for bucket in bucketed(of_bucket)
    ]
    if rows:
        with bulk_cursor() as cursor:
            cursor.execute(ADD, [workspace_id, _json(rows)])


def read_hits(stretches: Sequence[Stretch]) -> list[list[Hit]]:
    """Return the hits of each stretch, in their order."""
    found: list[list[Hit]] = [[] for _ in stretches]
    if stretches:
        with bulk_cursor() as cursor:
            cursor.execute(HITS_IN, [_json([_ranged(number, each) for number, each in enumerate(stretches)])])
            for number, at, event_id, parts in cursor.fetchall():
                read = tuple(_read(part) for part in msgspec.json.decode(parts))
                found[number].append(Hit(at=at, event_id=event_id, parts=read))
    return found


def read_buckets(stretches: Sequence[Stretch]) -> list[list[Bucket]]:
    """Return what the buckets that begin in each stretch add up to."""
    found: list[list[Bucket]] = [[] for _ in stretches]
    if stretches:
        with bulk_cursor() as cursor:
            cursor.execute(BUCKETS_IN, [_json([_ranged(number, each) for number, each in enumerate(stretches)])])
            for number, slot, value, n, total, low, high in cursor.fetchall():
                figures = {"total": _number(total), "low": _number(low), "high": _number(high)}
                found[number].append(Bucket(slot=slot, value=value, n=n, **figures))
    return found


def read_turns(places: Iterable[Place]) -> dict[Place, list[Turn]]:
    """Return the turns of each group, in their order."""
    found: dict[Place, list[Turn]] = defaultdict(list)
    for watch_id, group_id, at, event_id, held, amounts in _of_places(TURNS, places):
        turn = Turn(
            at=at,
            event_id=None if event_id == NOBODY else event_id,
            held=held,
            amounts=msgspec.json.decode(amounts),
        )
        found[watch_id, group_id].append(turn)
    return found


def read_alarms(places: Iterable[Place]) -> dict[Place, list[Alarm]]:
    """Return the alarms of each group that are still kept with their turns, the oldest first."""
    found: dict[Place, list[Alarm]] = defaultdict(list)
    for watch_id, group_id, ident, began_at, at, event_id, amounts, resolved_at in _of_places(ALARMS, places):
        alarm = Alarm(
            began_at=began_at,
            at=at,
            event_id=event_id,
            amounts=msgspec.json.decode(amounts),
            resolved_at=resolved_at,
            id=ident,
        )
        found[watch_id, group_id].append(alarm)
    return found


def _of_places(statement: str, places: Iterable[Place]) -> list[tuple[Any, ...]]:
    wanted = list(places)
    with bulk_cursor() as cursor:
        cursor.execute(statement, [[watch for watch, _ in wanted], [group for _, group in wanted]])
        return list(cursor.fetchall())


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """The turns of a group in [begin, end] are now these."""

    place: Place
    begin: datetime
    end: datetime
    turns: Sequence[Turn]


def rewrite_turns(workspace_id: int, parts: Sequence[Rewritten]) -> None:
    """Put the turns of some stretches of time in the place of those that were there."""
    ranges = [{"w": part.place[0], "g": part.place[1], "f": part.begin, "t": part.end} for part in parts]
    rows = [
        {
            "w": part.place[0],
            "g": part.place[1],
            "a": turn.at,
            "e": turn.event_id or NOBODY,
            "h": turn.held,
            "m": turn.amounts,
        }
        for part in parts
        for turn in part.turns
    ]
    with bulk_cursor() as cursor:
        cursor.execute(FORGET_TURNS, [_json(ranges)])
        if rows:
            cursor.execute(TURN, [workspace_id, _json(rows)])


def keep_groups(groups: Mapping[Place, tuple[datetime, datetime | None]]) -> None:
    """Keep up to when each group has been judged, and when to look at it again."""
    rows = [{"w": w, "g": g, "j": judged_to, "l": look_at} for (w, g), (judged_to, look_at) in groups.items()]
    with bulk_cursor() as cursor:
        cursor.execute(GROUPS, [_json(rows)])


def raise_alarms(workspace_id: int, alarms: Sequence[tuple[Watch, Group, Alarm]]) -> None:
    """Store new alarms."""
    rows = [
        {
            "r": watch.rule.rule_id,
            "w": watch.id,
            "g": group.id,
            "v": group.values,
            "b": alarm.began_at,
            "a": alarm.at,
            "e": alarm.event_id,
            "m": alarm.amounts,
            "o": watch.rule.mode,
            "z": alarm.resolved_at,
        }
        for watch, group, alarm in alarms
    ]
    if rows:
        with bulk_cursor() as cursor:
            cursor.execute(ALARM, [workspace_id, _json(rows)])


def change_alarms(alarms: Sequence[Alarm]) -> None:
    """Keep what late events, or the end of an episode, have changed about stored alarms."""
    rows = [
        {"i": each.id, "b": each.began_at, "e": each.event_id, "m": each.amounts, "z": each.resolved_at}
        for each in alarms
    ]
    if rows:
        with bulk_cursor() as cursor:
            cursor.execute(CHANGE, [_json(rows)])


def _ranged(number: int, each: Stretch) -> dict[str, Any]:
    return {"i": number, "s": each.stream, "g": each.group_id, "f": each.begin, "t": each.end}


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _written(part: Part) -> str | None:
    """Write a part so that numbers keep every digit: a text begins with the letter that `value_key` gave it."""
    return part if part is None or isinstance(part, str) else f"#{part}"


def _read(part: str | None) -> Part:
    return _number(Decimal(part[1:])) if part and part[0] == "#" else part


def _number(value: Decimal) -> Number:
    """Return a whole number as one: it adds faster, and its size is its own."""
    return int(value) if value == value.to_integral_value() else value
