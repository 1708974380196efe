"""Pages about segments: the list, and one segment with its members, versions, readers and trail."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from audiences.people.lookups import names_of, people
from audiences.segments import lookups
from audiences.segments.computing import how_far
from audiences.segments.definitions import archive, used_by
from audiences.segments.history import members_by_day
from audiences.segments.jobs import export_in_job
from audiences.segments.labels import label_of_segment, noun_of
from audiences.segments.lists import MEMBERS, SEGMENTS
from audiences.segments.models import Segment, SegmentVersion
from audiences.segments.versions import changes_between, restore, unarchive, versions_of
from audiences.wording import condition_line
from compliance.access.console import ConsoleRequest, actor_of, console_change, console_page
from compliance.access.forms import submit
from compliance.audit.labels import action_text
from compliance.audit.trail import entries
from compliance.desk.lists import list_page
from compliance.jobs.models import Job
from config.kit import clock
from config.kit.charts import Chart, Series, days_before
from config.kit.pages import page
from config.kit.paging import CursorPage

GROWTH_DAYS: Final = 30
RECENT: Final = timedelta(days=7)
NEWCOMERS: Final = 6
MOST_VERSIONS: Final = 100
NEWEST_FIRST: Final = CursorPage("-id")


@console_page
def segments(request: ConsoleRequest) -> HttpResponse:
    """List the segments of the workspace."""
    return list_page(request, SEGMENTS, template="segments/list.html")


@console_page
def segment(request: ConsoleRequest, key: str) -> HttpResponse:
    """Show one segment: its condition, how it grew, how far it is computed."""
    found = find(request, key)
    where = found.live.definition.get("where") if found.live else None
    context = {
        **around(found, "overview"),
        "condition": condition_line(where) if where else None,
        "computing": how_far(found),
    }
    return page(request, "segments/segment.html", context)


@console_page
def members(request: ConsoleRequest, key: str) -> HttpResponse:
    """List the people who are in a segment now, those who entered last first."""
    context = around(find(request, key), "members")
    return list_page(request, MEMBERS, within=key, template="segments/members.html", context=context)


@console_page
def versions(request: ConsoleRequest, key: str) -> HttpResponse:
    """Tell the versions of a segment, each with what it changed in words."""
    found = find(request, key)
    listed = list(versions_of(found)[:MOST_VERSIONS])
    pairs = zip(listed, [*listed[1:], None], strict=True)
    rows = [
        {"version": one, "changes": changes_between(before.definition, one.definition) if before else []}
        for one, before in pairs
    ]
    return page(request, "segments/versions.html", {**around(found, "versions"), "rows": rows})


@console_page
def uses(request: ConsoleRequest, key: str) -> HttpResponse:
    """Name what reads a segment."""
    return page(request, "segments/uses.html", around(find(request, key), "uses"))


@console_page
def trail(request: ConsoleRequest, key: str) -> HttpResponse:
    """Show the audit trail of one segment."""
    found = find(request, key)
    kept = NEWEST_FIRST.page(entries(request.workspace.pk, object_kind="segment", object_id=key), request.GET)
    rows = [
        {
            "entry": entry,
            "action": action_text(entry.action),
            "said": {name: value for name, value in entry.payload.items() if name != "sha256"},
        }
        for entry in kept.rows
    ]
    context = {**around(found, "trail"), "page": kept, "rows": rows}
    return page(request, "segments/trail.html", context, parts={"segment-trail": "trail"})


@console_change
def put_back(request: ConsoleRequest, key: str, number: int) -> HttpResponse:
    """Make an older version live again, as a new version."""
    found = find(request, key)
    act = partial(restore, request.workspace.pk, found.key, number, actor=actor_of(request), now=clock.now())
    said = _("v%(number)s is in use again, as a new version.") % {"number": number}
    try:
        return submit(request, act, to=reverse("segment-history-page", args=[found.key]), said=said)
    except SegmentVersion.DoesNotExist:
        raise Http404 from None


@console_change
def put_away(request: ConsoleRequest, key: str) -> HttpResponse:
    """Archive a segment; one that is archived stays so."""
    found = find(request, key)

    def act() -> None:
        if not found.archived:
            archive(request.workspace.pk, found.key, actor=actor_of(request), now=clock.now())

    said = _("“%(name)s” is archived.") % {"name": found.name}
    undo = reverse("segment-unarchive", args=[found.key])
    return submit(request, act, to=reverse("segment-page", args=[found.key]), said=said, undo=undo)


@console_change
def bring_back(request: ConsoleRequest, key: str) -> HttpResponse:
    """Bring an archived segment back as it was; one in use stays so."""
    found = find(request, key)
    act = partial(unarchive, request.workspace.pk, found.key, actor=actor_of(request), now=clock.now())
    said = _("“%(name)s” is in use again.") % {"name": found.name}
    return submit(request, act, to=reverse("segment-page", args=[found.key]), said=said)


@console_change
def export(request: ConsoleRequest, key: str) -> HttpResponse:
    """Start the job that writes the members to a file; who asked stands on the segment's trail."""
    found, started = find(request, key), list[Job]()

    def act() -> None:
        started.append(export_in_job(found, actor=actor_of(request), now=clock.now()))

    def to() -> str:
        return reverse("job", args=[started[0].pk]) if started else reverse("segment-page", args=[found.key])

    return submit(request, act, to=to)


def find(request: ConsoleRequest, key: str) -> Any:
    """Return a segment of the workspace, or answer 404."""
    found = lookups.find_segment(request.workspace.pk, key)
    if found is None:
        raise Http404
    return found


def around(segment: Segment, tab: str) -> dict[str, Any]:
    """Return what the head of each page of a segment shows."""
    readers = [{"use": use, "noun": noun_of(use)} for use in used_by(segment.workspace_id, segment.key)]
    return {"segment": segment, "label": label_of_segment(segment), "tab": tab, "uses": readers}


@console_page
def segment_growth(request: ConsoleRequest, key: str) -> HttpResponse:
    """Show how many people were in a segment day by day: part of its page, or a page."""
    found = find(request, key)
    now = clock.now()
    joined, left = lookups.moves(found, since=now - RECENT)
    latest = list(lookups.stays(found).order_by("-pk")[:NEWCOMERS])
    names = names_of(request.workspace.pk, [stay.person_id for stay in latest])
    context = {
        "segment": found,
        "chart": _growth(found, now=now),
        "joined": joined,
        "left": left,
        "everybody": people(request.workspace.pk).count(),
        "newcomers": [{"stay": stay, "name": names.get(stay.person_id, "")} for stay in latest],
    }
    return page(request, "segments/growth.html", context, parts={"segment-growth": "growth"})


def _growth(segment: Segment, *, now: datetime) -> Chart:
    days = days_before(now, GROWTH_DAYS)
    inside = members_by_day(segment, days=days)
    change = {"before": f"{inside[0]:,}", "now": f"{inside[-1]:,}", "n": GROWTH_DAYS}
    return Chart(
        id="segment-growth-chart",
        title=_("People in it, last %(n)s days") % change,
        said=_("From %(before)s to %(now)s.") % change,
        of=_("End of day"),
        unit=_("people"),
        labels=[f"{day:%m-%d}" for day in days],
        series=[Series(name=_("People"), values=inside)],
    )
