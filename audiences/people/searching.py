"""Searching people by any part of a user id, e-mail or name, by digits of a phone number, or by an exact identifier.

A part that few people have is looked up first (PostgreSQL's trigrams, where it has them) and names the people. A part
that many have is looked for person by person, in the order of the list: the first page is found soon, for many match.
It is a subquery and no EXISTS, which PostgreSQL would turn into a join of all people with all their words: behind
row-level security it cannot know how many have the part.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Subquery

from audiences.people.finding import LAST, MOST_WORDS, PHONE, SHORTEST_TAIL, Findable
from audiences.people.identities import owners_of
from audiences.people.models import Person

FEW: Final = 2000
SHORTEST_PART: Final = 3
"""A shorter part has no trigram: it is looked for at the beginning of words only."""

# Behind row-level security LIKE may not use an index, for it might tell what it saw: the function looks in our stead.
PEOPLE_WITH: Final = "select person_id from audiences_people_with(%s, %s, %s, %s) person_id"


def searched(people: QuerySet[Person], workspace_id: int, text: str, *, subjects: Sequence[UUID]) -> QuerySet[Person]:
    """Return those of `people` who have every word of `text` somewhere, or to whom one of `subjects` leads."""
    words = list(dict.fromkeys(text.replace("\x00", "").casefold().split()))[:MOST_WORDS]
    known = list(owners_of(subjects).values())
    few, others = _rarest(workspace_id, words)
    condition = Q(pk__in=few) if few is not None else Q()
    for word in others:
        own = _having(workspace_id, word).filter(person_id=OuterRef("pk"))
        condition &= Q(pk=Subquery(own.values("person_id")[:1]))
    if known:
        condition = Q(pk__in=[*known, *(few or ())]) if few is not None and not others else condition | Q(pk__in=known)
    return people.filter(condition)


def _rarest(workspace_id: int, words: Sequence[str]) -> tuple[list[UUID] | None, Sequence[str]]:
    """The people who have the first rare word, None if all are frequent; and the words that remain to be looked for."""
    for word in sorted(words, key=len, reverse=True):
        people = _people_with(workspace_id, word)
        if len(people) <= FEW:
            return people, [other for other in words if other != word]
    return None, words


def _people_with(workspace_id: int, word: str) -> list[UUID]:
    if len(word) < SHORTEST_PART:
        return list(_having(workspace_id, word).values_list("person_id", flat=True)[: FEW + 1])
    digits = _digits(word)
    own, phone = _like(word), f"{PHONE}%{digits[::-1]}%" if digits else None
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE_WITH, [workspace_id, own, phone, FEW + 1])
        return [person_id for (person_id,) in cursor.fetchall()]


def _having(workspace_id: int, word: str) -> QuerySet[Findable]:
    rows = Findable.objects.filter(workspace_id=workspace_id)
    if len(word) < SHORTEST_PART:
        return rows.filter(term__gte=word, term__lt=word + LAST)
    phone = Q(term__startswith=PHONE, term__contains=digits[::-1]) if (digits := _digits(word)) else Q()
    return rows.filter(Q(term__contains=word) | phone) if phone else rows.filter(term__contains=word)


def _digits(word: str) -> str:
    """The digits of what may be a part of a phone number."""
    found = "".join(character for character in word if character.isdecimal())
    return found if len(found) >= SHORTEST_TAIL and not word.strip("+-()0123456789") else ""


def _like(word: str) -> str:
    escaped = word[:100].replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
