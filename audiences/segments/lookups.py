"""Reads about segments for those who look: the list with its counts, members, and who belongs where."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from audiences.segments.heads import with_members
from audiences.segments.models import Membership, Segment


def segment_names(workspace_id: int) -> QuerySet[Segment]:
    """Return the workspace's segments by name without counting who is in them, to choose from."""
    return Segment.objects.filter(workspace_id=workspace_id).order_by("name").only("key", "name")


def find_segment(workspace_id: int, key: str) -> Segment | None:
    """Return one segment with its count, None if there is none with this key."""
    return with_members(Segment.objects.filter(workspace_id=workspace_id, key=key)).first()


def moves(segment: Segment, *, since: datetime) -> tuple[int, int]:
    """Return how many stays in a segment began, and how many ended, since then."""
    entered, left = Q(entered_at__gte=since), Q(left_at__gte=since)
    rows = Membership.objects.filter(entered | left, segment=segment)
    found = rows.aggregate(entered=Count("pk", filter=entered), left=Count("pk", filter=left))
    return found["entered"], found["left"]


def stays(segment: Segment) -> QuerySet[Membership]:
    """Return the open stays in a segment; order and bounds are the caller's."""
    return Membership.objects.filter(segment=segment, left_at=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """Where a person is, and since when."""

    segment: Segment
    entered_at: datetime


def memberships_of(workspace_id: int, person_ids: Iterable[UUID]) -> dict[UUID, list[Stay]]:
    """Return the open stays of people, by person, in the order of the segments' names.

    A page of people has a thousand stays in a few dozen segments: each segment is read once.
    """
    rows = Membership.objects.filter(workspace_id=workspace_id, person_id__in=set(person_ids), left_at=None)
    stays = list(rows.values_list("person_id", "segment_id", "entered_at"))
    segments = segment_names(workspace_id).in_bulk({segment_id for _, segment_id, _ in stays})
    found: dict[UUID, list[Stay]] = {}
    for person_id, segment_id, entered_at in sorted(stays, key=lambda stay: segments[stay[1]].name):
        found.setdefault(person_id, []).append(Stay(segment=segments[segment_id], entered_at=entered_at))
    return found


def names_of_segments(workspace_id: int) -> dict[str, str]:
    """Return the names of the segments in use, by key, in the order of the names."""
    rows = Segment.objects.filter(workspace_id=workspace_id, live__isnull=False).order_by("name", "key")
    return dict(rows.values_list("key", "name"))


def members_after(workspace_id: int, key: str, *, after: UUID, limit: int) -> list[UUID]:
    """Return the next members of a segment, as of today, in the order of their ids."""
    rows = Membership.objects.filter(workspace_id=workspace_id, segment__key=key, left_at=None, person_id__gt=after)
    return list(rows.order_by("person_id").values_list("person_id", flat=True)[:limit])
