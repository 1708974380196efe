"""What fired for two people who turned out to be one fired for the one: limits and cool-downs count both."""

from typing import Any, Final
from uuid import UUID

from django.db import connection

from audiences.people.signals import people_merged


def listen_to_people() -> None:
    """Hear of every merge from now on."""
    people_merged.connect(_move, dispatch_uid="campaigns.rules.merging")


def _move(*, loser_id: UUID, winner_id: UUID, **_: Any) -> None:
    with connection.cursor() as cursor:
        for statement in MOVES:
            cursor.execute(statement, {"loser": loser_id, "winner": winner_id})


# an event is one person's alone, so that nothing can be there twice
MOVES: Final = (
    "update campaigns_firing set person_id = %(winner)s where person_id = %(loser)s",
    "update campaigns_heldback set person_id = %(winner)s where person_id = %(loser)s",
)
