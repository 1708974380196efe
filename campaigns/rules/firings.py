"""Keeps what rules made of events: one firing per rule, person and event, however often the event is processed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from campaigns.rules.judging import Match
from compliance.audit import Entry, record_many
from config.kit.bulk import bulk_cursor

LIVE: Final = "live"


def record_firings(workspace_id: int, matches: Sequence[Match], *, now: datetime) -> list[Match]:
    """Store `matches` in one statement, with their audit entries; return those that were not there before."""
    if not matches:
        return []
    rows = msgspec.json.encode([_row(workspace_id, match) for match in matches]).decode()
    with bulk_cursor() as cursor:
        cursor.execute(INSERT, [now, rows])
        stored: set[tuple[int, UUID]] = set(cursor.fetchall())
    fresh = [match for match in matches if (match.rule.rule_id, match.event.id) in stored]
    record_many([_entry(workspace_id, match) for match in fresh], at=now)
    return fresh


def _row(workspace_id: int, match: Match) -> dict[str, Any]:
    return {
        "workspace_id": workspace_id,
        "rule_id": match.rule.rule_id,
        "version_id": match.rule.version_id,
        "person_id": match.event.person_id,
        "event_id": match.event.id,
        "event_time": match.event.event_time,
        "mode": match.rule.mode,
        "facts": match.facts,
        "verdict": match.verdict.as_json(),
    }


def _entry(workspace_id: int, match: Match) -> Entry:
    return Entry(
        action="rule.fired" if match.rule.mode == LIVE else "rule.would_have_fired",
        workspace_id=workspace_id,
        object_kind="rule",
        object_id=match.rule.key,
        person_id=match.event.person_id,
        payload={"event": str(match.event.id), "version": match.rule.number, "mode": match.rule.mode},
    )


INSERT: Final = """
insert into campaigns_firing
    (workspace_id, rule_id, version_id, person_id, event_id, event_time, fired_at, mode, facts, verdict)
select workspace_id, rule_id, version_id, person_id, event_id, event_time, %s, mode, facts, verdict
from jsonb_to_recordset(%s::jsonb) as f(
    workspace_id int, rule_id bigint, version_id bigint, person_id uuid, event_id uuid, event_time timestamptz,
    mode text, facts jsonb, verdict jsonb)
on conflict (rule_id, person_id, event_id) do nothing
returning rule_id, event_id
"""
