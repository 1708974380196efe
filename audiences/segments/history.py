"""How many people were in a segment at the end of each day, from the stays that are kept."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from audiences.segments.heads import head_counts
from audiences.segments.models import Segment


def members_by_day(segment: Segment, *, days: Sequence[date]) -> list[int]:
    """Return the number of people inside at the end of each day (of the active zone), oldest first.

    Counted backwards from those who are in it now, so that only the stays that changed since are counted.
    """
    since = timezone.make_aware(datetime.combine(days[0], time.min))
    more = _more_by_day(segment, since=since)
    inside, found = head_counts([segment.pk]).get(segment.pk, 0), []
    for day in reversed(days):
        found.append(inside)
        inside -= more.get(day, 0)
    return found[::-1]


def _more_by_day(segment: Segment, *, since: datetime) -> dict[date, int]:
    """Return by how many each day made the segment larger."""
    given: dict[str, Any] = {"segment": segment.pk, "since": since, "zone": timezone.get_current_timezone_name()}
    with connection.cursor() as cursor:
        cursor.execute(MORE, given)
        return dict(cursor.fetchall())


# the stays are read once, for those who entered and those who left
MORE: Final = """
select (at at time zone %(zone)s)::date, sum(n) from audiences_membership m
cross join lateral (values (m.entered_at, 1), (m.left_at, -1)) as moved(at, n)
where m.segment_id = %(segment)s and (m.entered_at >= %(since)s or m.left_at >= %(since)s) and at >= %(since)s
group by 1
"""
