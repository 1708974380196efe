"""What was known of people at an instant of the past: traits by what was said of them, memberships by their stays.

Windows and sequences are read at any instant anyway. Two things stand as they are today: computed traits and
consents, of which no history is kept.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from audiences.conditions import EventFact, Facts, Needs, TraitFact
from audiences.facts.reader import PersonFacts, load
from config.kit.bulk import bulk_cursor

Words = Mapping[str, Sequence[TraitFact]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A membership: from when on, and until when (None: still)."""

    key: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastFacts(PersonFacts):
    """What was asked for about one person, to be seen from any instant since the earliest.

    `words` holds all that was said of the traits that have changed since then, `stays` the memberships since then,
    None where those of today are meant.
    """

    words: Words = field(default_factory=dict)
    stays: Sequence[Stay] | None = None

    def facts(self, now: datetime, *, event: EventFact | None = None) -> Facts:
        """Return the facts as of an instant."""
        return Facts(
            now=now,
            traits=self._traits(now) if self.words else self.traits,
            event=event,
            history=self.history,
            segments=self.segments if self.stays is None else self._segments(now),
            tallies=self.tallies,
            told=self.told,
            first_seen=self.first_seen,
            granted=self.granted,
        )

    def _traits(self, now: datetime) -> Mapping[str, Any]:
        traits = dict(self.traits)
        for name, words in self.words.items():
            place = bisect_right(words, now, key=_when)
            value = words[place - 1].value if place else None
            if value is None:
                traits.pop(name, None)
            else:
                traits[name] = value
        return traits

    def _segments(self, now: datetime) -> frozenset[str]:
        return frozenset(
            stay.key for stay in self.stays or () if stay.since <= now and (stay.until is None or now < stay.until)
        )


def load_past(
    workspace_id: int,
    person_ids: Iterable[UUID],
    needs: Needs,
    *,
    now: datetime,
    earliest: datetime,
    stays: bool = True,
) -> dict[UUID, PersonFacts]:
    """Read like `load` what `needs` names, to be seen from any instant since `earliest`; at most two queries more.

    Without `stays` the memberships are those of today. Nobody's user id is read.
    """
    people = load(workspace_id, person_ids, needs, now=now, earliest=earliest, named=False)
    if not people:
        return {}
    tops = {name.partition(".")[0] for name in needs.traits}
    words = _words(list(people), tops, earliest) if tops else {}
    been = _stays(list(people), earliest) if stays and needs.segments else None
    if not words and been is None:
        return people
    return {
        person_id: _seen_from(person, words.get(person_id, {}), None if been is None else been.get(person_id, ()))
        for person_id, person in people.items()
    }


def _seen_from(person: PersonFacts, words: Words, stays: Sequence[Stay] | None) -> PersonFacts:
    if not words and stays is None:
        return person
    return PastFacts(**{name: getattr(person, name) for name in _SAME}, words=words, stays=stays)


def _when(word: TraitFact) -> datetime:
    return word.at


def _words(person_ids: list[UUID], names: Iterable[str], earliest: datetime) -> Mapping[UUID, Words]:
    found: dict[UUID, dict[str, list[TraitFact]]] = defaultdict(dict)
    with bulk_cursor() as cursor:
        cursor.execute(WORDS, [person_ids, sorted(names), earliest])
        for person_id, name, at, value in cursor:
            found[person_id].setdefault(name, []).append(TraitFact(at=at, value=msgspec.json.decode(value)))
    return found


def _stays(person_ids: list[UUID], earliest: datetime) -> Mapping[UUID, list[Stay]]:
    found: dict[UUID, list[Stay]] = defaultdict(list)
    with bulk_cursor() as cursor:
        cursor.execute(STAYS, [person_ids, earliest])
        for person_id, key, since, until in cursor:
            found[person_id].append(Stay(key=key, since=since, until=until))
    return found


_SAME: Final = tuple(each.name for each in fields(PersonFacts))
WORDS: Final = """
with changed as materialized (
    select distinct person_id, name from audiences_traitchange
    where person_id = any(%s) and name = any(%s) and at > %s
)
select w.person_id, w.name, w.at, w.value::text
from audiences_traitchange w join changed using (person_id, name) order by w.person_id, w.name, w.at
"""
STAYS: Final = """
select m.person_id, s.key, m.entered_at, m.left_at
from audiences_membership m join audiences_segment s on s.id = m.segment_id
where m.person_id = any(%s) and (m.left_at is null or m.left_at > %s)
"""
