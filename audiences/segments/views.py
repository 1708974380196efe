"""Pages about segments: the list with its counts, and one segment with its condition and members."""

from datetime import datetime
from typing import Final

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from audiences.segments import lookups
from audiences.segments.history import members_by_day
from audiences.segments.labels import label_of_segment
from audiences.segments.lists import MEMBERS, SEGMENTS
from audiences.segments.models import Segment
from audiences.wording import condition_line
from compliance.access.console import ConsoleRequest, console_page
from compliance.desk.lists import list_page
from config.kit import clock
from config.kit.charts import Chart, Series, days_before
from config.kit.pages import page

GROWTH_DAYS: Final = 30


@console_page
def segments(request: ConsoleRequest) -> HttpResponse:
    """List the segments of the workspace."""
    return list_page(request, SEGMENTS)


@console_page
def segment(request: ConsoleRequest, key: str) -> HttpResponse:
    """Show one segment and the people in it, those who entered last first."""
    found = lookups.find_segment(request.workspace.pk, key)
    if found is None:
        raise Http404
    condition = condition_line(where) if found.live and (where := found.live.definition.get("where")) else None
    context = {"segment": found, "condition": condition, "label": label_of_segment(found)}
    return list_page(request, MEMBERS, within=key, template="segments/segment.html", context=context)


@console_page
def segment_growth(request: ConsoleRequest, key: str) -> HttpResponse:
    """Show how many people were in a segment day by day: part of its page, or a page."""
    found = lookups.find_segment(request.workspace.pk, key)
    if found is None:
        raise Http404
    context = {"segment": found, "chart": _growth(found, now=clock.now())}
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
