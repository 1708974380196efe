"""Works computed traits out for those whom no event touches: everybody as a job, and whoever's time has come."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from audiences.computed.bands import draw_bands
from audiences.computed.catalogue import TRAITS, live
from audiences.computed.definitions import FILL
from audiences.computed.keeping import work_out
from audiences.facts.touch import Touch
from audiences.segments import locks, rejudge
from compliance import jobs

SLICE: Final = 500
START: Final = UUID(int=0)


@jobs.kind(FILL, text=_("Working out computed traits"))
def fill_everybody(work: jobs.Work) -> Mapping[str, Any]:
    """Go through all people by id, a slice to a transaction; then draw scores' bands, and go through them again."""
    passes = 1 + _has_scores(work.workspace_id)
    changed = int(work.checkpoint.get("changed", 0))
    work.total(passes * _people(work.workspace_id))
    for number in range(int(work.checkpoint.get("pass", 1)), passes + 1):
        after = UUID(str(work.checkpoint.get("after", START)))
        while (found := _slice(work, number=number, after=after, changed=changed)) is not None:
            after, changed = found
        if number == 1 and passes == 2:
            draw_bands(work.workspace_id, now=work.tick())
        work.save({"pass": number + 1, "after": str(START), "changed": changed})
    return {"changed": changed}


def _slice(work: jobs.Work, *, number: int, after: UUID, changed: int) -> tuple[UUID, int] | None:
    with transaction.atomic():
        locks.share(work.workspace_id)
        with connection.cursor() as cursor:
            cursor.execute(NEXT, [work.workspace_id, after, SLICE])
            people = [person_id for (person_id,) in cursor.fetchall()]
        if not people:
            return None
        changed += refresh(work.workspace_id, people, now=work.tick())
        work.done += len(people)
        work.save({"pass": number, "after": str(people[-1]), "changed": changed})
    work.advance(0)
    return people[-1], changed


def refresh(workspace_id: int, person_ids: list[UUID], *, now: datetime) -> int:
    """Work out the traits of locked people, judge those anew whose traits changed; return how many."""
    catalogue = live(workspace_id)
    changed = work_out(workspace_id, person_ids, catalogue, now=now)
    touched = {person_id: Touch(traits=frozenset((TRAITS,)), at=None) for person_id in changed}
    rejudge(workspace_id, touched, now=now)
    return len(changed)


def sweep(now: datetime, *, batches: int = 1_000) -> int:
    """Work out what time has changed, in batches of a transaction each; several workers may sweep at the same time."""
    total = 0
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [now])
        workspaces = [workspace_id for (workspace_id,) in cursor.fetchall()]
    for workspace_id in workspaces:
        for _number in range(batches):
            count = _due_batch(workspace_id, now)
            total += count
            if count < SLICE:
                break
    return total


def next_due() -> datetime | None:
    """Return the next instant at which somebody is due, so that a simulated clock can stop there."""
    with connection.cursor() as cursor:
        cursor.execute("select min(due_at) from audiences_computeddue")
        return cursor.fetchone()[0]  # type: ignore[no-any-return]


@transaction.atomic
def _due_batch(workspace_id: int, now: datetime) -> int:
    if not locks.share_if_free(workspace_id):
        return 0
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [workspace_id, now, SLICE])
        people = [person_id for (person_id,) in cursor.fetchall()]
    if people:
        if not live(workspace_id).formulas:
            with connection.cursor() as cursor:
                cursor.execute("delete from audiences_computeddue where person_id = any(%s)", [people])
        refresh(workspace_id, people, now=now)
    return len(people)


def _people(workspace_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [workspace_id])
        return int(cursor.fetchone()[0])


def _has_scores(workspace_id: int) -> bool:
    return any(formula.kind == "rfm" for formula in live(workspace_id).formulas)


COUNT: Final = "select count(*) from audiences_person where workspace_id = %s and merged_into is null"
NEXT: Final = """
select id from audiences_person where workspace_id = %s and id > %s and merged_into is null
order by id limit %s for update
"""
WAITING: Final = "select distinct workspace_id from audiences_computeddue where due_at <= %s order by 1"
# The people are locked too: whoever absorbs an event of theirs works their traits out with it, before or afterwards.
CLAIM: Final = """
select d.person_id from audiences_computeddue d join audiences_person p on p.id = d.person_id
where d.workspace_id = %s and d.due_at <= %s order by d.due_at limit %s for update of d, p skip locked
"""
