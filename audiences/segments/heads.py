"""How many people are in each segment now: kept beside the stays, so that nobody counts a million rows for a number.

Triggers write down what each statement added and took away (`audiences_headcount`), rows of their own, so that workers
never wait for each other; the sweep folds them together. The sum is always that of the stays that can be seen.
"""

from collections.abc import Iterable
from typing import Final

from django.db import connection, transaction
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from audiences.segments.models import HeadCount, Segment

MANY: Final = 16
"""So many rows of a segment may stand; they are summed up in no time."""


def head_counts(segment_ids: Iterable[int]) -> dict[int, int]:
    """Return how many are in each of the segments; those in which nobody is are left out."""
    rows = HeadCount.objects.filter(segment_id__in=list(segment_ids)).values_list("segment_id").annotate(all=Sum("n"))
    return {segment_id: n for segment_id, n in rows if n}


def with_members(segments: QuerySet[Segment]) -> QuerySet[Segment]:
    """Return the segments, each with its live version and `members`, how many are in it now."""
    heads = HeadCount.objects.filter(segment_id=OuterRef("pk")).values("segment_id").annotate(all=Sum("n"))
    return segments.select_related("live").annotate(members=Coalesce(Subquery(heads.values("all")), 0))


def fold() -> int:
    """Make one row of many; return how many went into it. What another worker folds is left to them."""
    with connection.cursor() as cursor:
        cursor.execute(FOLD, [MANY])
        return int(cursor.fetchone()[0])


def recount() -> None:
    """Count the stays anew: for whoever wrote them past the triggers (a restored dump, a bench)."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("lock table audiences_membership in share mode")
        cursor.execute(RECOUNT)


FOLD: Final = """
with many as (
    select segment_id from audiences_headcount group by 1 having count(*) > %s
), gone as (
    delete from audiences_headcount h using (
        select id from audiences_headcount where segment_id in (select segment_id from many) for update skip locked
    ) old where h.id = old.id returning h.segment_id, h.workspace_id, h.n
), made as (
    insert into audiences_headcount (segment_id, workspace_id, n)
    select segment_id, min(workspace_id), sum(n) from gone group by 1 having sum(n) <> 0
)
select count(*) from gone
"""
RECOUNT: Final = """
with gone as (delete from audiences_headcount)
insert into audiences_headcount (segment_id, workspace_id, n)
select segment_id, min(workspace_id), count(*) from audiences_membership where left_at is null group by 1
"""
