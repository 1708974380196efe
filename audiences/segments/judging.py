"""Judges people anew by the segments that read what changed about them, and by those whose windows have passed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from audiences.conditions import Facts, Needs
from audiences.facts.reader import PersonFacts, load
from audiences.facts.touch import Touch
from audiences.segments import locks
from audiences.segments.catalogue import Catalogue, Live, live
from audiences.segments.stays import Change, Judgement, write

LOOKED_BACK: Final = timedelta(days=1)
"""How old an event may be and the very instant of what followed from it still be found; imports may bring years."""

MOST_STEPS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One person's part of the work: the places of the segments that judge, and when the cause lay.

    `due` holds, by segment, the instant at which time alone was to turn the answer; other segments go by `since`.
    """

    places: frozenset[int]
    since: datetime
    due: Mapping[int, datetime] = field(default_factory=dict)

    def looked_at(self, now: datetime) -> Iterator[datetime]:
        """Yield the instants besides `now` from which on answers may have to be found."""
        yield max(self.since, now - LOOKED_BACK)
        yield from self.due.values()

    quiet: bool = False
    hops: int = 0


def rejudge(workspace_id: int, touched: Mapping[UUID, Touch], *, now: datetime) -> list[Change]:
    """Judge the touched people by what reads the change, in the caller's transaction; return who entered and left.

    Takes a constant number of statements, however many people and segments. Shares the workspace's segment lock
    (see `locks`); a caller that locks people first must have taken it before.
    """
    locks.share(workspace_id)
    catalogue = live(workspace_id)
    tasks = {
        person_id: Task(places=places, since=min(touch.at or now, now), quiet=touch.quiet, hops=touch.hops)
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
    earliest = min(instant for task in tasks.values() for instant in task.looked_at(now))
    opened = frozenset[str]().union(*(one.opens for one in judging))
    known = load(workspace_id, list(tasks), _needs(judging), now=now, earliest=earliest, named=False, opened=opened)
    judged: list[Judgement] = []
    for person_id, task in tasks.items():
        if (person := known.get(person_id)) is not None:
            judged += _of_person(person, [catalogue.segments[place] for place in sorted(task.places)], task, now)
    quiet = frozenset(person_id for person_id, task in tasks.items() if task.quiet)
    hops = {person_id: task.hops for person_id, task in tasks.items() if task.hops}
    return write(workspace_id, judged, keys={one.id: one.key for one in judging}, quiet=quiet, hops=hops)


def _needs(judging: Iterable[Live]) -> Needs:
    total = Needs(segments=frozenset(one.key for one in judging))
    for one in judging:
        total |= one.needs
    return total


def _of_person(person: PersonFacts, judging: Iterable[Live], task: Task, now: datetime) -> list[Judgement]:
    facts = person.facts_at(now)
    judged, turned = [], dict[str, datetime]()
    for one in judging:
        held, was, at = one.predicate(facts), one.key in facts.segments, now
        due = one.next_change(facts)
        if held is not was:
            since = _since(one, task, turned)
            is_known = since >= now - LOOKED_BACK or one.id in task.due
            at = turned[one.key] = _turned_at(one, facts, held, since=since) if is_known else since
            facts = facts.inside(facts.segments | {one.key} if held else facts.segments - {one.key})
        if held is not was or one.timed:
            judged.append(Judgement(segment_id=one.id, person_id=person.person_id, held=held, was=was, at=at, due=due))
    return judged


def _since(one: Live, task: Task, turned: Mapping[str, datetime]) -> datetime:
    """Return the instant from which on the answer may have turned: a source's change, a window's end, or the cause."""
    sources = [turned[key] for key in one.needs.segments if key in turned]
    return max(sources) if sources else task.due.get(one.id, task.since)


def _turned_at(one: Live, facts: Facts, held: bool, *, since: datetime) -> datetime:
    """Return when the answer became what it is, from `since` on, by what is known today.

    A worker may look late: an hour after a window ended, the stay ended an hour ago. What came and went in between
    is no stay.
    """
    if not one.timed or since >= facts.now:
        return min(since, facts.now)
    moment = facts.at(since)
    for _ in range(MOST_STEPS):
        if one.predicate(moment) is held:
            return moment.now
        turns = one.next_change(moment)
        if turns is None or turns >= facts.now:
            break
        moment = facts.at(turns)
    return facts.now
