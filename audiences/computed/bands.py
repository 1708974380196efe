"""Draws the limits between scores where they part the people who bought into fifths."""

from datetime import datetime
from typing import Final

from django.db import connection, transaction

from audiences.computed.definitions import live_traits
from audiences.computed.models import ComputedTrait


@transaction.atomic
def draw_bands(workspace_id: int, *, now: datetime) -> int:
    """Draw the bands of each score anew from everybody's figures of now; return how many scores there are."""
    scores = [trait for trait in live_traits(workspace_id) if trait.live and "rfm" in trait.live.definition["compute"]]
    for trait in scores:
        with connection.cursor() as cursor:
            cursor.execute(FIFTHS, {"key": trait.key, "now": now, "workspace_id": workspace_id})
            recency, frequency, monetary = cursor.fetchone()
        bands = {"recency": recency, "frequency": frequency, "monetary": monetary} if recency else {}
        ComputedTrait.objects.filter(pk=trait.pk, live=trait.live).update(bands=bands)
    return len(scores)


FIFTHS: Final = """
select percentile_cont(array[0.2, 0.4, 0.6, 0.8]) within group (
           order by extract(epoch from %(now)s::timestamptz - (v ->> 'last_at')::timestamptz) / 86400.0),
       percentile_cont(array[0.2, 0.4, 0.6, 0.8]) within group (order by (v ->> 'frequency')::float8),
       percentile_cont(array[0.2, 0.4, 0.6, 0.8]) within group (order by (v ->> 'monetary')::float8)
from audiences_person p, lateral (select p.traits -> 'computed' -> %(key)s as v) as figures
where p.workspace_id = %(workspace_id)s and p.merged_into is null and v ? 'last_at'
"""
