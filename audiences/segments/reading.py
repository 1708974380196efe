"""What others read of segments: who belongs where, how many, and a look at a condition before it is saved."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.utils import OperationalError
from psycopg.errors import QueryCanceled

from audiences.conditions import Place, parse
from audiences.segments.definitions import reads_of
from audiences.segments.documents import refuse_unknown
from audiences.segments.models import Membership, Segment
from audiences.segments.sql import Compiled, compile_for_people

SAMPLE: Final = 10
PATIENCE_MS: Final = 3_000


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
    open_stays = Membership.objects.filter(segment=OuterRef("pk"), left_at__isnull=True).order_by()
    counted = open_stays.values("segment").annotate(n=Count("pk")).values("n")
    return (
        Segment.objects.filter(workspace_id=workspace_id, live__isnull=False)
        .select_related("live")
        .annotate(members=Subquery(counted))
    )


def members_of(segment: Segment) -> QuerySet[Membership]:
    """Return the open stays of a segment."""
    return segment.memberships.filter(left_at__isnull=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Who would belong: how many, of how many people, and some of them. None: counting took too long."""

    count: int | None
    people: int | None
    sample: list[dict[str, Any]]


def preview(workspace_id: int, where: Any, *, now: datetime) -> Preview:
    """Judge everybody by a condition that is not saved; refuses what could not be saved either."""
    condition = parse(where, place=Place.SEGMENT, path="/where")
    refuse_unknown(condition.needs().segments, known=reads_of(workspace_id))
    compiled = compile_for_people(workspace_id, condition, now=now)
    try:
        with transaction.atomic():
            return _judged(compiled)
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        return Preview(count=None, people=None, sample=[])


def _judged(compiled: Compiled) -> Preview:
    held = compiled.held[0]
    first = f"{held} order by p.last_seen desc, p.id limit {SAMPLE}"
    with connection.cursor() as cursor:
        cursor.execute("select set_config('statement_timeout', %s, true)", [str(PATIENCE_MS)])
        params = compiled.params()
        cursor.execute(compiled.select(f"count(*) filter (where {held}), count(*)"), params)
        count, people = cursor.fetchone()
        cursor.execute(compiled.select("p.id, p.user_id", where=first), params)
        sample = [{"id": str(person_id), "user_id": user_id} for person_id, user_id in cursor.fetchall()]
    return Preview(count=count, people=people, sample=sample)
