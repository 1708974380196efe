"""Keeps what was held back and why: a narrow row each, some two dozen a day for each rule and person."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from campaigns.rules.judging import Match
from config.kit.bulk import bulk_cursor

EXCLUDED: Final = "excluded"
COOLING: Final = "cooldown"
ENOUGH_FOR_PERSON: Final = "max_per_subject"
ENOUGH: Final = "max_in_all"
KEPT: Final = timedelta(days=90)
"""How long why not can tell what was held back."""
CHUNK: Final = 10_000
MOST_A_DAY: Final = 24
"""Rows kept for one rule and person within a day of event time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A match that did not fire; `by` is the key of the rule that excluded it."""

    match: Match
    reason: str
    by: str = ""


def keep_held(workspace_id: int, held: Sequence[Held]) -> None:
    """Store why matches were held back, in one statement; the same again adds nothing."""
    rows = _rows(held)
    if rows:
        with bulk_cursor() as cursor:
            given: dict[str, Any] = {
                "workspace": workspace_id,
                "rows": msgspec.json.encode(rows).decode(),
                "most": MOST_A_DAY,
            }
            cursor.execute(INSERT, given)


def _rows(held: Sequence[Held]) -> list[dict[str, object]]:
    seen: Counter[tuple[int, UUID]] = Counter()
    rows: list[dict[str, object]] = []
    for each in held:
        rule, event = each.match.rule, each.match.event
        seen[rule.rule_id, event.person_id] += 1
        if seen[rule.rule_id, event.person_id] <= MOST_A_DAY:
            rows.append(
                {
                    "rule_id": rule.rule_id,
                    "version": rule.number,
                    "person_id": event.person_id,
                    "event_id": event.id,
                    "event_time": event.event_time,
                    "reason": each.reason,
                    "held_by": each.by,
                }
            )
    return rows


def forget_held(*, now: datetime) -> int:
    """Delete what was held back longer ago than is shown, in chunks; return how many rows."""
    deleted = 0
    while True:
        with bulk_cursor() as cursor:
            cursor.execute(FORGET, [now - KEPT, CHUNK])
            found: int = cursor.rowcount
        deleted += found
        if found < CHUNK:
            return deleted


FORGET: Final = """
delete from campaigns_heldback where ctid = any(array(
    select ctid from campaigns_heldback where event_time < %s limit %s))
"""
INSERT: Final = """
insert into campaigns_heldback (workspace_id, rule_id, version, person_id, event_id, event_time, reason, held_by)
select %(workspace)s, rule_id, version, person_id, event_id, event_time, reason, held_by
from jsonb_to_recordset(%(rows)s::jsonb) as g(
    rule_id bigint, version int, person_id uuid, event_id uuid, event_time timestamptz, reason text, held_by text)
where (select count(*) from (
    select from campaigns_heldback h
    where h.rule_id = g.rule_id and h.person_id = g.person_id
      and h.event_time between g.event_time - interval '1 day' and g.event_time + interval '1 day'
    limit %(most)s) as near) < %(most)s
on conflict (rule_id, person_id, event_time, event_id) do nothing
"""
