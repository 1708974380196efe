"""A person's story: events, matches, entries, runs and messages merged into one list, newest first.

Each source is ordered by (instant, id) and knows its rank, so that (instant, rank, id) orders all of them; a page is
cut out of the sources with one bounded query each, however long the story is.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from audiences.people.lookups import events_of
from campaigns.delivery.lookups import messages_of_person
from campaigns.flows.lookups import refusals_of_person, runs_of_person
from campaigns.rules.lookups import firings_of_person
from config.kit.errors import Problem
from config.kit.strict_json import Malformed

PAGE: Final = 40
Read = Callable[[int, UUID], "QuerySet[Any]"]
Place = tuple[datetime, int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where entries of one kind come from: `at` names the column of their instant."""

    kind: str
    at: str
    read: Read


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened."""

    kind: str
    at: datetime
    rank: int
    row: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Some entries, newest first, and the cursor that leads to older ones."""

    rows: Sequence[Entry]
    next: str | None


def _ended_runs(workspace_id: int, person_id: UUID) -> "QuerySet[Any]":
    return runs_of_person(workspace_id, person_id).exclude(ended_at=None)


# at one instant, an effect stands above its cause: later ranks are shown first
SOURCES: Final = (
    Source(kind="event", at="event_time", read=events_of),
    Source(kind="firing", at="event_time", read=firings_of_person),
    Source(kind="refusal", at="at", read=refusals_of_person),
    Source(kind="run", at="entered_at", read=runs_of_person),
    Source(kind="message", at="created_at", read=messages_of_person),
    Source(kind="end", at="ended_at", read=_ended_runs),
)
FILTERS: Final[dict[str, tuple[str, ...]]] = {
    "events": ("event",),
    "rules": ("firing",),
    "flows": ("refusal", "run", "end"),
    "messages": ("message",),
}


# by what a kind can be narrowed; what knows no channel or journey is left out where one is asked for
OF_CHANNEL: Final = {"message": "channel"}
OF_JOURNEY: Final = {"refusal": "flow_id", "run": "flow_id", "message": "flow_id", "end": "flow_id"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What of a story is wanted: `only` a group of kinds, a channel's, a journey's; nothing given is everything."""

    only: str = ""
    channel: str = ""
    journey: int | None = None

    def of(self, kind: str, rows: "QuerySet[Any]") -> "QuerySet[Any] | None":
        """Return the rows of a kind that are wanted, None where none can be."""
        if self.only in FILTERS and kind not in FILTERS[self.only]:
            return None
        for asked, columns in ((self.channel, OF_CHANNEL), (self.journey, OF_JOURNEY)):
            if asked and kind not in columns:
                return None
            if asked:
                rows = rows.filter(**{columns[kind]: asked})
        return rows


EVERYTHING: Final = Wanted()


def story(workspace_id: int, person_id: UUID, *, wanted: Wanted = EVERYTHING, cursor: str = "") -> Story:
    """Return a page of a person's story; a cursor that is none of ours raises `Malformed`."""
    behind = _read_cursor(cursor) if cursor else None
    entries: list[Entry] = []
    for rank, source in enumerate(SOURCES):
        rows = wanted.of(source.kind, source.read(workspace_id, person_id))
        if rows is not None:
            entries += _entries(source, rank, rows, behind)
    entries.sort(key=_place, reverse=True)
    more = len(entries) > PAGE
    return Story(rows=entries[:PAGE], next=_cursor(entries[PAGE - 1]) if more else None)


def _entries(
    source: Source, rank: int, rows: "QuerySet[Any]", behind: tuple[datetime, int, str] | None
) -> Iterator[Entry]:
    if behind is not None:
        rows = rows.filter(_after(source.at, rank, *behind))
    for row in rows.order_by(f"-{source.at}", "-pk")[: PAGE + 1]:
        yield Entry(kind=source.kind, at=getattr(row, source.at), rank=rank, row=row)


def _after(at: str, rank: int, instant: datetime, cursor_rank: int, key: str) -> Q:
    """Entries that stand below the cursor's place."""
    older = Q(**{f"{at}__lt": instant})
    if rank > cursor_rank:
        return older
    if rank < cursor_rank:
        return Q(**{f"{at}__lte": instant})
    return Q(**{f"{at}__lte": instant}) & (older | Q(pk__lt=key))


def _place(entry: Entry) -> tuple[datetime, int, Any]:
    return entry.at, entry.rank, _key(entry.row)


def _key(row: Model) -> Any:
    return row.pk


def _cursor(entry: Entry) -> str:
    parts = [entry.at.isoformat(), entry.rank, str(entry.row.pk)]
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def _read_cursor(text: str) -> Place:
    try:
        instant, rank, key = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        at = datetime.fromisoformat(instant)
        source = SOURCES[rank]
        if at.tzinfo is None or not isinstance(key, str) or rank < 0:
            raise ValueError
        UUID(key) if source.kind in UUID_KEYS else int(key)
    except (ValueError, TypeError, IndexError, binascii.Error):
        problem = Problem(path="?cursor", message="is not a cursor of this list", hint="Take it from the link.")
        raise Malformed([problem]) from None
    return at, rank, key


UUID_KEYS: Final = frozenset({"event", "run", "message", "end"})
