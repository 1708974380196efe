"""Runs on their way: what events change for them at once, in the transaction that brings the events."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any, Final
from uuid import UUID

from audiences.conditions import EventFact
from audiences.facts.reader import event_fact
from audiences.intake.batches import EventRow
from audiences.intake.models import EventKind
from campaigns.flows.advancing import advance_runs
from campaigns.flows.catalog import graphs, heard
from campaigns.flows.engine.parse import LONGEST_GOAL
from campaigns.flows.engine.reads import Reads, run_reads
from campaigns.flows.goals import count_goals
from campaigns.flows.rows import COLUMNS, RunRow, read_run
from config.kit.bulk import bulk_cursor

_SEGMENT_EVENTS: Final = ("segment.entered", "segment.left")
_TELLING_KINDS: Final = (EventKind.IDENTIFY, EventKind.GROUP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """What came about one person: the events, and which reads they concern."""

    events: tuple[EventFact, ...]
    reads: Reads


def touch(workspace_id: int, events: Sequence[EventRow], *, now: datetime) -> int:
    """End, wake or re-judge the runs that the events concern, in the caller's transaction; return how many.

    Locks, in this order: pending actions of the people (so that a start under way is either seen or sees the
    events), then their runs by id.
    """
    touched = _by_person(_heard(workspace_id, events))
    if not touched:
        return 0
    _wait_for_starts(touched)
    given = {"workspace": workspace_id, "people": list(touched), "since": now - LONGEST_GOAL}
    versions = _concerned(touched, given)
    runs = _lock(touched, given | {"versions": versions}) if versions else []
    live = [run for run in runs if run.state != "ended"]
    facts = {person_id: t.events for person_id, t in touched.items()}
    advance_runs(live, now=now, events=facts)
    count_goals([run for run in runs if run.state == "ended"], facts, now=now)
    return len(runs)


def _heard(workspace_id: int, events: Sequence[EventRow]) -> list[EventRow]:
    """Return the events of the people who did anything that some flow reads."""
    total = heard(workspace_id)
    people = {event.person_id for event in events if _may_concern(event, total)}
    return [event for event in events if event.person_id in people] if people else []


def _may_concern(event: EventRow, total: Reads) -> bool:
    if event.name in total.events:
        return True
    return (event.kind in _TELLING_KINDS or event.name in _SEGMENT_EVENTS) and _reads(event).meets(total)


def _by_person(events: Iterable[EventRow]) -> dict[UUID, Touched]:
    grouped: defaultdict[UUID, list[EventRow]] = defaultdict(list)
    for event in events:
        grouped[event.person_id].append(event)
    return {
        person_id: Touched(
            events=tuple(event_fact(event) for event in own), reads=reduce(Reads.__or__, map(_reads, own), Reads())
        )
        for person_id, own in grouped.items()
    }


def _reads(event: EventRow) -> Reads:
    """Return what an event may change: its own name, the traits that it sets, the segment that it tells of."""
    traits = frozenset(event.properties) if event.kind in _TELLING_KINDS else frozenset()
    segments = frozenset([str(event.properties.get("segment"))]) if event.name in _SEGMENT_EVENTS else frozenset()
    return Reads(events=frozenset([event.name]), traits=traits, segments=segments)


def _wait_for_starts(touched: Mapping[UUID, Touched]) -> None:
    with bulk_cursor() as cursor:
        cursor.execute(STARTS, [list(touched)])


def _concerned(touched: Mapping[UUID, Touched], given: Mapping[str, Any]) -> list[int]:
    """Return the versions with runs of these people that read anything of what came."""
    all_reads = reduce(Reads.__or__, (t.reads for t in touched.values()), Reads())
    with bulk_cursor() as cursor:
        cursor.execute(PLACES, given)
        places = cursor.fetchall()
    known = graphs({version_id for version_id, _ in places})
    return sorted(
        {
            version_id
            for version_id, node in places
            if version_id in known and run_reads(known[version_id], node or "").meets(all_reads)
        }
    )


def _lock(touched: Mapping[UUID, Touched], given: Mapping[str, Any]) -> list[RunRow]:
    """Lock the runs of those versions, and return those that their own person's events concern."""
    with bulk_cursor() as cursor:
        cursor.execute(LOCK, given)
        runs = [read_run(row) for row in cursor.fetchall()]
    known = graphs({run.version_id for run in runs})
    return [run for run in runs if run_reads(known[run.version_id], run.node).meets(touched[run.subject_id].reads)]


STARTS: Final = """
select 1 from campaigns_action where state = 'pending' and person_id = any(%s) order by id for share
"""
PLACES: Final = """
select distinct version_id, case when state <> 'ended' then node end from campaigns_run
where subject_id = any(%(people)s) and workspace_id = %(workspace)s
and (state <> 'ended' or (entered_at > %(since)s and not context ? 'goal'))
"""
LOCK: Final = f"""
select {COLUMNS} from campaigns_run r
where r.subject_id = any(%(people)s) and r.workspace_id = %(workspace)s and r.version_id = any(%(versions)s)
and (r.state <> 'ended' or (r.entered_at > %(since)s and not r.context ? 'goal'))
order by r.id for update
"""  # noqa: S608 - columns
