"""What the audiences of a workspace hold, counted over stored rows."""

from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.db.models import Count, Q, Sum

from audiences.intake.models import Event, Refusal, Repetition
from audiences.people.models import Person
from audiences.segments.heads import head_counts
from audiences.segments.models import Segment

# the ids of a slice are a gapless run that counts in its last 16 bits
WAITING: Final = """
select coalesce(sum(('x' || right(last_id::text, 4))::bit(16)::int - ('x' || right(first_id::text, 4))::bit(16)::int
    + 1), 0) from audiences_slice where workspace_id = %s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceFigures:
    """How much came in, and who is there."""

    events: dict[str, int]
    duplicates: int
    refused: dict[str, int]
    people: int
    segments: dict[str, int]


def audience_figures(workspace_id: int) -> AudienceFigures:
    """Count events by name, repetitions, refused items by reason, people, and members by segment."""
    mine = Q(workspace_id=workspace_id)
    events = Event.objects.filter(mine).values_list("name").annotate(n=Count("*")).order_by("-n", "name")
    refused = Refusal.objects.filter(mine).values_list("reason").annotate(n=Count("*")).order_by("reason")
    segments = dict(Segment.objects.filter(mine).order_by("key").values_list("pk", "key"))
    members = head_counts(segments)
    return AudienceFigures(
        events=dict(events),
        duplicates=Repetition.objects.filter(mine).aggregate(n=Sum("n"))["n"] or 0,
        refused=dict(refused),
        people=Person.objects.filter(mine, merged_into=None).count(),
        segments={key: members.get(pk, 0) for pk, key in segments.items()},
    )


def waiting_events(workspace_id: int) -> int:
    """Count the events that are stored and not processed yet."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [workspace_id])
        return int(cursor.fetchone()[0])
