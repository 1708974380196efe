"""Draws people from a workspace by their ids, and says how far an estimate from such a draw may be off."""

import time
from dataclasses import dataclass
from math import ceil, sqrt
from typing import Final
from uuid import UUID

from django.db import connection

from config.kit.ids import derived

DRAWN: Final = 5_000
"""How many people a sample has: ± 1.4 % of the workspace at worst, and a few ten thousand events to look at."""

MANY: Final = 20_000
"""From here on the number of people is remembered for a while instead of counted each time."""

REMEMBERED_S: Final = 30.0
SURE: Final = 1.96
"""How many standard errors hold 95 %."""

_remembered: dict[tuple[str, int], tuple[float, int]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """Some people of a workspace, out of `people` in all. `whole`: it is everybody."""

    ids: list[UUID]
    people: int

    @property
    def whole(self) -> bool:
        return len(self.ids) >= self.people

    @property
    def stretch(self) -> tuple[UUID, UUID] | None:
        """The first and the last id, between which nobody else is; None where the draw went round at the end."""
        return (self.ids[0], self.ids[-1]) if self.ids and self.ids[0] <= self.ids[-1] else None

    def scaled(self, found: int) -> int:
        """Return how many of all people `found` of the drawn ones stand for."""
        return found if self.whole or not self.ids else round(found / len(self.ids) * self.people)

    def error(self, found: int) -> int:
        """Return how far `scaled` may be off at 95 %: Wilson's interval, narrower the more of all were drawn."""
        drawn = len(self.ids)
        if self.whole or not drawn:
            return 0
        share, weight = found / drawn, SURE**2 / drawn
        centre = (share + weight / 2) / (1 + weight)
        half = SURE / (1 + weight) * sqrt(share * (1 - share) / drawn + weight / (4 * drawn))
        furthest = max(abs(centre + half - share), abs(centre - half - share))
        return ceil(furthest * sqrt(1 - drawn / self.people) * self.people)


def draw(workspace_id: int, *, seed: int = 0, size: int = DRAWN) -> Draw:
    """Return the `size` people whose ids follow the point that `seed` names, going round at the end."""
    start = derived("sample", seed) if seed else UUID(int=0)
    with connection.cursor() as cursor:
        cursor.execute(FROM_HERE, [workspace_id, start, size])
        ids = [person_id for (person_id,) in cursor.fetchall()]
        if seed and len(ids) < size:
            cursor.execute(FROM_THE_START, [workspace_id, start, size - len(ids)])
            ids += [person_id for (person_id,) in cursor.fetchall()]
    return Draw(ids=ids, people=len(ids) if len(ids) < size else max(len(ids), count_people(workspace_id)))


def count_people(workspace_id: int) -> int:
    """Return how many people a workspace has; a large number is up to 30 s old."""
    place = connection.settings_dict["NAME"], workspace_id
    at, known = _remembered.get(place, (0.0, 0))
    if known and time.monotonic() - at < REMEMBERED_S:
        return known
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [workspace_id])
        found = int(cursor.fetchone()[0])
    if found >= MANY:
        _remembered[place] = time.monotonic(), found
    else:
        _remembered.pop(place, None)
    return found


COUNT: Final = "select count(*) from audiences_person where workspace_id = %s and merged_into is null"
FROM_HERE: Final = """
select id from audiences_person where workspace_id = %s and merged_into is null and id >= %s order by id limit %s
"""
FROM_THE_START: Final = """
select id from audiences_person where workspace_id = %s and merged_into is null and id < %s order by id limit %s
"""
