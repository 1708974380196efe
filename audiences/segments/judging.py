"""Judges people anew by the segments that read what changed about them, and by those whose windows have passed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from audiences.conditions import Needs
from audiences.facts.reader import PersonFacts, load
from audiences.facts.touch import Touch
from audiences.segments import locks
from audiences.segments.catalogue import Catalogue, Live, live
from audiences.segments.stays import Change, Judgement, write


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One person's part of the work: the places of the segments that judge, and when what follows happens."""

    places: frozenset[int]
    at: datetime


def rejudge(workspace_id: int, touched: Mapping[UUID, Touch], *, now: datetime) -> list[Change]:
    """Judge the touched people by what reads the change, in the caller's transaction; return who entered and left.

    Takes a constant number of statements, however many people and segments. Shares the workspace's segment lock
    (see `locks`); a caller that locks people first must have taken it before.
    """
    locks.share(workspace_id)
    catalogue = live(workspace_id)
    tasks = {
        person_id: Task(places=places, at=min(touch.at or now, now))
        for person_id, touch in touched.items()
        if (places := catalogue.reading(touch))
    }
    return judge(workspace_id, catalogue, tasks, now=now)


def judge(workspace_id: int, catalogue: Catalogue, tasks: Mapping[UUID, Task], *, now: datetime) -> list[Change]:
    """Judge each person by their segments, sources first, so that dependants see what has just changed."""
    if not tasks:
        return []
    everyone = frozenset[int]().union(*(task.places for task in tasks.values()))
    judging = [catalogue.segments[place] for place in sorted(everyone)]
    known = load(workspace_id, list(tasks), _needs(judging), now=now, named=False)
    judged: list[Judgement] = []
    for person_id, task in tasks.items():
        if (person := known.get(person_id)) is not None:
            judged += _of_person(person, [catalogue.segments[place] for place in sorted(task.places)], task, now)
    return write(workspace_id, judged, keys={one.id: one.key for one in judging})


def _needs(judging: Iterable[Live]) -> Needs:
    total = Needs(segments=frozenset(one.key for one in judging))
    for one in judging:
        total |= one.needs
    return total


def _of_person(person: PersonFacts, judging: Iterable[Live], task: Task, now: datetime) -> list[Judgement]:
    facts = person.facts_at(now)
    judged = []
    for one in judging:
        held, was = one.predicate(facts), one.key in facts.segments
        due = one.condition.next_change(facts) if one.timed else None
        if held is not was:
            facts = facts.inside(facts.segments | {one.key} if held else facts.segments - {one.key})
        if held is not was or one.timed:
            judged.append(
                Judgement(segment_id=one.id, person_id=person.person_id, held=held, was=was, at=task.at, due=due)
            )
    return judged
