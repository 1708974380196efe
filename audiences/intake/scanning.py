"""Reads stored events of a period in bulk, as they were received or person by person: for replays on history."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from audiences.conditions import EventFact
from audiences.intake.batches import IMPORTED
from config.kit.bulk import bulk_cursor

AT_ONCE: Final = 10_000
AHEAD: Final = timedelta(days=1)
"""How far a sender's clock may have been ahead: an event received then may tell a time in the period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Events of these names with a time in [since, until) that came in at most `lateness` late; none from files."""

    workspace_id: int
    names: Sequence[str]
    since: datetime
    until: datetime
    lateness: timedelta
    first: UUID | None = None
    """The first event by receipt, where not the whole period is meant."""

    def parameters(self) -> dict[str, Any]:
        return {
            "workspace": self.workspace_id,
            "names": list(self.names),
            "since": self.since,
            "until": self.until,
            "first": self.first or _lowest(self.since - AHEAD),
            "last": _lowest(self.until + self.lateness),
            "lateness": self.lateness,
            "imported": IMPORTED,
        }


@dataclass(frozen=True, slots=True)
class Happened:
    """An event, and whom it is about today."""

    person_id: UUID
    event: EventFact


def count_events(period: Period, people: Sequence[UUID] | None = None) -> int:
    """Return how many events there are."""
    whose = "" if people is None else "and person_id = any(%(people)s)"
    with bulk_cursor() as cursor:
        cursor.execute(
            COUNT.format(whose=whose), {**period.parameters(), "people": None if people is None else list(people)}
        )
        (count,) = cursor.fetchone()
    return int(count)


def scan(period: Period) -> Iterator[list[Happened]]:
    """Yield the events in the order of receipt, some thousand at a time."""
    asked = {**period.parameters(), "limit": AT_ONCE}
    while True:
        with bulk_cursor() as cursor:
            cursor.execute(SCAN, asked)
            rows = cursor.fetchall()
        if rows:
            yield [_read(row) for row in rows]
        if len(rows) < AT_ONCE:
            return
        asked["first"] = UUID(int=rows[-1][1].int + 1)


def of_people(period: Period, people: Sequence[UUID]) -> list[Happened]:
    """Return the events of these people, person by person in the order of time."""
    with bulk_cursor() as cursor:
        cursor.execute(OF_PEOPLE, {**period.parameters(), "people": list(people)})
        return [_read(row) for row in cursor]


def _read(row: Sequence[Any]) -> Happened:
    person_id, ident, name, at, properties = row
    return Happened(person_id, EventFact(name=name, at=at, properties=msgspec.json.decode(properties), id=ident))


def _lowest(at: datetime) -> UUID:
    return UUID(int=max(int(at.timestamp() * 1000), 0) << 80)


# ids are of version 7: their first 48 bits are the millisecond of receipt
WHERE: Final = """
from audiences_event
where workspace_id = %(workspace)s and id >= %(first)s and id < %(last)s
and event_time >= %(since)s and event_time < %(until)s and name = any(%(names)s)
and (context is null or not context ? %(imported)s)
and to_timestamp(('x' || translate(left(id::text, 13), '-', ''))::bit(48)::bigint / 1000.0) - event_time <= %(lateness)s
"""
READ: Final = "select person_id, id, name, event_time, properties::text " + WHERE
SCAN: Final = READ + "order by id limit %(limit)s"
OF_PEOPLE: Final = READ + "and person_id = any(%(people)s) order by person_id, event_time, id"
COUNT: Final = "select count(*) " + WHERE + "{whose}"
