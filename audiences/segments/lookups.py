"""Reads about segments for those who look: the list with its counts, members, and who belongs where."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from audiences.segments.models import Membership, Segment
from audiences.segments.reading import with_members


def segment_names(workspace_id: int) -> QuerySet[Segment]:
    """Return the workspace's segments by name without counting who is in them, to choose from."""
    return Segment.objects.filter(workspace_id=workspace_id).order_by("name").only("key", "name")


def find_segment(workspace_id: int, key: str) -> Segment | None:
    """Return one segment with its count, None if there is none with this key."""
    return with_members(Segment.objects.filter(workspace_id=workspace_id, key=key)).first()


def moves(segment: Segment, *, since: datetime) -> tuple[int, int]:
    """Return how many stays in a segment began, and how many ended, since then."""
    rows = Membership.objects.filter(segment=segment)
    return rows.filter(entered_at__gte=since).count(), rows.filter(left_at__gte=since).count()


def stays(segment: Segment) -> QuerySet[Membership]:
    """Return the open stays in a segment; order and bounds are the caller's."""
    return Membership.objects.filter(segment=segment, left_at=None)


def memberships_of(workspace_id: int, person_ids: Iterable[UUID]) -> dict[UUID, list[Membership]]:
    """Return the open stays of people, by person, each with its segment."""
    rows = Membership.objects.filter(workspace_id=workspace_id, person_id__in=set(person_ids), left_at=None)
    found: dict[UUID, list[Membership]] = {}
    for stay in rows.select_related("segment").order_by("segment__name"):
        found.setdefault(stay.person_id, []).append(stay)
    return found


def names_of_segments(workspace_id: int) -> dict[str, str]:
    """Return the names of the segments in use, by key, in the order of the names."""
    rows = Segment.objects.filter(workspace_id=workspace_id, live__isnull=False).order_by("name", "key")
    return dict(rows.values_list("key", "name"))


def members_after(workspace_id: int, key: str, *, after: UUID, limit: int) -> list[UUID]:
    """Return the next members of a segment, as of today, in the order of their ids."""
    rows = Membership.objects.filter(workspace_id=workspace_id, segment__key=key, left_at=None, person_id__gt=after)
    return list(rows.order_by("person_id").values_list("person_id", flat=True)[:limit])
