"""How many people were in a segment at the end of each day, from the stays that are kept."""

from collections.abc import Sequence
from datetime import date, datetime, time

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from audiences.segments.models import Membership, Segment


def members_by_day(segment: Segment, *, days: Sequence[date]) -> list[int]:
    """Return the number of people inside at the end of each day (of the active zone), oldest first.

    Counted backwards from those who are in it now, so that only the stays that changed since are read.
    """
    since = timezone.make_aware(datetime.combine(days[0], time.min))
    stays = Membership.objects.filter(segment=segment)
    entered, left = _by_day(stays, "entered_at", since=since), _by_day(stays, "left_at", since=since)
    inside, found = stays.filter(left_at=None).count(), []
    for day in reversed(days):
        found.append(inside)
        inside += left.get(day, 0) - entered.get(day, 0)
    return found[::-1]


def _by_day(stays: QuerySet[Membership], field: str, *, since: datetime) -> dict[date, int]:
    begun = stays.filter(**{f"{field}__gte": since}).annotate(day=TruncDate(field))
    return dict(begun.values_list("day").annotate(n=Count("pk")).order_by())
