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


LOCK: Final = """
insert into campaigns_streamgroup as s (watch, group_id, workspace_id, rule_id, values)
select w, g, %s, r, v from jsonb_to_recordset(%s::jsonb) as x(w uuid, g uuid, r bigint, v jsonb)
on conflict (watch, group_id) do update set rule_id = excluded.rule_id
returning watch, group_id, judged_to
"""
HIT: Final = """
insert into campaigns_streamhit (stream, group_id, at, event_id, workspace_id, parts)
select s, g, a, e, %s, p from jsonb_to_recordset(%s::jsonb) as x(s uuid, g uuid, a timestamptz, e uuid, p jsonb)
on conflict do nothing
returning stream, group_id, event_id
"""
ADD: Final = """
insert into campaigns_streambucket as k (stream, group_id, start, slot, value, workspace_id, n, total, low, high)
select s, g, b, o, v, %s, n, t, l, h from jsonb_to_recordset(%s::jsonb) as x(
    s uuid, g uuid, b timestamptz, o smallint, v text, n bigint, t numeric, l numeric, h numeric)
on conflict (stream, group_id, start, slot, value) do update
set n = k.n + excluded.n, total = k.total + excluded.total, low = least(k.low, excluded.low),
    high = greatest(k.high, excluded.high)
"""
HITS_IN: Final = """
select x.i, h.at, h.event_id, h.parts::text
from jsonb_to_recordset(%s::jsonb) as x(i int, s uuid, g uuid, f timestamptz, t timestamptz)
join campaigns_streamhit h on h.stream = x.s and h.group_id = x.g and h.at >= x.f and h.at < x.t
order by x.i, h.at, h.event_id
"""
BUCKETS_IN: Final = """
select x.i, b.slot, b.value, sum(b.n)::bigint, sum(b.total), min(b.low), max(b.high)
from jsonb_to_recordset(%s::jsonb) as x(i int, s uuid, g uuid, f timestamptz, t timestamptz)
join campaigns_streambucket b on b.stream = x.s and b.group_id = x.g and b.start >= x.f and b.start < x.t
group by x.i, b.slot, b.value
"""
TURNS: Final = """
select t.watch, t.group_id, t.at, t.event_id, t.held, t.amounts::text
from unnest(%s::uuid[], %s::uuid[]) as x(w, g) join campaigns_streamturn t on t.watch = x.w and t.group_id = x.g
order by t.at, t.event_id
"""
ALARMS: Final = """
select a.watch, a.group_id, a.id, a.began_at, a.at, a.event_id, a.amounts::text, a.resolved_at
from unnest(%s::uuid[], %s::uuid[]) as x(w, g) join campaigns_streamalarm a on a.watch = x.w and a.group_id = x.g
where a.resolved_at is null or a.resolved_at >= (
    select min(t.at) from campaigns_streamturn t where t.watch = a.watch and t.group_id = a.group_id)
order by a.at
"""
FORGET_TURNS: Final = """
delete from campaigns_streamturn t
using jsonb_to_recordset(%s::jsonb) as x(w uuid, g uuid, f timestamptz, t timestamptz)
where t.watch = x.w and t.group_id = x.g and t.at >= x.f and t.at <= x.t
"""
TURN: Final = """
insert into campaigns_streamturn (watch, group_id, at, event_id, workspace_id, held, amounts)
select w, g, a, e, %s, h, m from jsonb_to_recordset(%s::jsonb) as x(
    w uuid, g uuid, a timestamptz, e uuid, h boolean, m jsonb)
"""
GROUPS: Final = """
update campaigns_streamgroup s set judged_to = x.j, look_at = x.l
from jsonb_to_recordset(%s::jsonb) as x(w uuid, g uuid, j timestamptz, l timestamptz)
where s.watch = x.w and s.group_id = x.g
"""
ALARM: Final = """
insert into campaigns_streamalarm
    (workspace_id, rule_id, watch, group_id, values, began_at, at, event_id, amounts, mode, resolved_at)
select %s, r, w, g, v, b, a, e, m, o, z from jsonb_to_recordset(%s::jsonb) as x(
    r bigint, w uuid, g uuid, v jsonb, b timestamptz, a timestamptz, e uuid, m jsonb, o text, z timestamptz)
on conflict (watch, group_id, at) do nothing
"""
CHANGE: Final = """
update campaigns_streamalarm a set began_at = x.b, event_id = x.e, amounts = x.m, resolved_at = x.z
from jsonb_to_recordset(%s::jsonb) as x(i bigint, b timestamptz, e uuid, m jsonb, z timestamptz)
where a.id = x.i
"""
