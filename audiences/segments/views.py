"""Pages about segments: the list with its counts, and one segment with its condition and members."""

from typing import Final

from django.http import Http404, HttpResponse

from audiences.people.lookups import names_of
from audiences.segments import lookups
from audiences.wording import condition_line
from compliance.access.console import ConsoleRequest, console_page
from config.kit.pages import page
from config.kit.paging import CursorPage

LAST_IN_FIRST: Final = CursorPage("-id")


@console_page
def segments(request: ConsoleRequest) -> HttpResponse:
    """List the segments of the workspace."""
    return page(request, "segments/list.html", {"segments": lookups.segments(request.workspace.pk).order_by("name")})


@console_page
def segment(request: ConsoleRequest, key: str) -> HttpResponse:
    """Show one segment and the people in it, those who entered last first."""
    found = lookups.find_segment(request.workspace.pk, key)
    if found is None:
        raise Http404
    members = LAST_IN_FIRST.page(lookups.stays(found), request.GET)
    names = names_of(request.workspace.pk, [stay.person_id for stay in members.rows])
    rows = [{"stay": stay, "name": names.get(stay.person_id, "")} for stay in members.rows]
    condition = condition_line(found.live.definition["where"]) if found.live else None
    context = {"segment": found, "condition": condition, "rows": rows, "page": members}
    return page(request, "segments/segment.html", context, parts={"segment-members": "members"})
