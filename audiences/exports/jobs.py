"""Writes people and events to a file, page by page, so that memory does not grow with them."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audiences.conditions.values import lookup
from audiences.exports.asking import instant
from audiences.intake.listing_api import shown_event
from audiences.intake.models import Event
from audiences.intake.stored import events
from audiences.people.lookups import people
from audiences.people.models import Person
from audiences.segments.models import Membership
from compliance import jobs
from config.kit.actors import Actor

PEOPLE: Final = "people.export"
EVENTS: Final = "events.export"
PAGE: Final = 1000
EVENT_COLUMNS: Final = ("id", "type", "name", "user_id", "anonymous_id", "person_id", "timestamp", "properties")


def start_export(kind: str, workspace_id: int, asked: Mapping[str, Any], *, actor: Actor, now: datetime) -> UUID:
    """Start an export job; return its id."""
    title = _("Export of people") if kind == PEOPLE else _("Export of events")
    return jobs.start(kind, workspace_id=workspace_id, title=title, arguments=dict(asked), actor=actor, now=now).pk


@jobs.kind(PEOPLE, text=gettext_lazy("Export of people"), file_scope="people:read")
def export_people(work: jobs.Work) -> Mapping[str, Any]:
    """Write people: as JSON lines with all traits, as CSV with those named."""
    asked, found = work.arguments, _people(work)
    name = f"people-{work.tick():%Y-%m-%d}"
    if asked.get("format") != "csv":
        return jobs.write_jsonl(work, name=f"{name}.jsonl", rows=map(_person, _pages(found)), total=found.count())
    traits = [(trait, lookup(trait)) for trait in asked.get("traits", [])]
    rows = (
        [row.pk, row.user_id, row.first_seen, row.last_seen, *(read(row.traits) for _name, read in traits)]
        for row in _pages(found)
    )
    header = ["id", "user_id", "first_seen", "last_seen", *(trait for trait, _read in traits)]
    return jobs.write_csv(work, name=f"{name}.csv", header=header, rows=rows, total=found.count())


@jobs.kind(EVENTS, text=gettext_lazy("Export of events"), file_scope="events:read")
def export_events(work: jobs.Work) -> Mapping[str, Any]:
    """Write events in the order of receipt."""
    asked = work.arguments
    found = events(work.workspace_id, name=asked.get("name", ""))
    since, until = instant(asked, "since"), instant(asked, "until")
    found = found.filter(event_time__gte=since) if since else found
    found = found.filter(event_time__lt=until) if until else found
    name, shown = f"events-{work.tick():%Y-%m-%d}", map(_event, _pages(found))
    if asked.get("format") != "csv":
        return jobs.write_jsonl(work, name=f"{name}.jsonl", rows=shown, total=None)
    rows = ([row[column] for column in EVENT_COLUMNS] for row in shown)
    return jobs.write_csv(work, name=f"{name}.csv", header=EVENT_COLUMNS, rows=rows, total=None)


def chosen_people(workspace_id: int, asked: Mapping[str, Any]) -> QuerySet[Person]:
    """Return the people whom the filters leave; order and bounds are the caller's."""
    found = people(workspace_id, text=asked.get("search", "")[:200])
    if segment := asked.get("segment"):
        inside = Membership.objects.filter(person_id=OuterRef("pk"), left_at=None, segment__key=segment)
        found = found.filter(Exists(inside.filter(workspace_id=workspace_id)))
    after, before = instant(asked, "seen_after"), instant(asked, "seen_before")
    found = found.filter(last_seen__gte=after) if after else found
    return found.filter(last_seen__lt=before) if before else found


def _people(work: jobs.Work) -> QuerySet[Person]:
    return chosen_people(work.workspace_id, work.arguments)


def _pages(found: "QuerySet[Any]") -> Iterator[Any]:
    """Yield rows by id, a page to a query: no cursor stays open while a slow disk or network takes the file."""
    after = UUID(int=0)
    while rows := list(found.filter(pk__gt=after).order_by("pk")[:PAGE]):
        yield from rows
        after = rows[-1].pk


def _person(row: Person) -> dict[str, Any]:
    fields = ("id", "user_id", "traits", "first_seen", "last_seen")
    return {name: getattr(row, name) for name in fields}


def _event(row: Event) -> dict[str, Any]:
    return shown_event(row)
