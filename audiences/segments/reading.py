"""What others read of segments: who belongs where, and how many."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from audiences.segments.heads import with_members
from audiences.segments.models import Membership, Segment


def segments_of(person_ids: Iterable[UUID]) -> dict[UUID, frozenset[str]]:
    """Return the keys of the segments that each person belongs to now."""
    wanted = list(person_ids)
    found: dict[UUID, set[str]] = defaultdict(set)
    rows = Membership.objects.filter(person_id__in=wanted, left_at__isnull=True)
    for person_id, key in rows.values_list("person_id", "segment__key"):
        found[person_id].add(key)
    return {person_id: frozenset(found.get(person_id, ())) for person_id in wanted}


def stays_of(person_id: UUID) -> QuerySet[Membership]:
    """Return a person's stays, now and before, newest first."""
    return Membership.objects.filter(person_id=person_id).select_related("segment").order_by("-entered_at", "-pk")


def live_segments(workspace_id: int) -> QuerySet[Segment]:
    """Return the segments in use, each with `members`, how many belong now."""
    return with_members(Segment.objects.filter(workspace_id=workspace_id, live__isnull=False))


def members_of(segment: Segment) -> QuerySet[Membership]:
    """Return the open stays of a segment."""
    return segment.memberships.filter(left_at__isnull=True)
