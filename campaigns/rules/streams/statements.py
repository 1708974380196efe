"""The statements by which `rows` reads and writes what aggregate rules keep, each for all groups of a batch."""

from typing import Final

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
