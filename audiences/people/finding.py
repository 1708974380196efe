"""Finding people as one types: by the beginning of a user id, e-mail or name, the tail of a phone number, or an id."""

from typing import ClassVar, Final
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef

from audiences.people.models import Person

SHORTEST_TAIL: Final = 4
MOST_WORDS: Final = 4
CANDIDATES: Final = 40
PHONE: Final = "#"
LAST: Final = "\U0010ffff"


class Findable(models.Model):
    """One word under which a person is found; triggers on the table of people write and remove them.

    Words are in small letters; a phone number is `#` and its digits from the last to the first.
    """

    pk = models.CompositePrimaryKey("person_id", "term")
    person_id = models.UUIDField()
    workspace_id = models.IntegerField()
    term = models.CharField(max_length=100, db_collation="C")

    class Meta:
        indexes: ClassVar = [
            # people by the beginning of a word, as one types
            models.Index(fields=["workspace_id", "term"], name="findable_term")
        ]

    def __str__(self) -> str:
        return self.term


def find_people(workspace_id: int, text: str, *, limit: int) -> list[Person]:
    """Return people whom `text` means, those seen last first; at most the first `CANDIDATES` by alphabet are judged."""
    wanted = text.replace("\x00", "").strip().casefold()
    known = Person.objects.filter(workspace_id=workspace_id, merged_into=None)
    if person_id := _as_id(wanted):
        return list(known.filter(pk=person_id))
    words = wanted.split()[:MOST_WORDS]
    if not words:
        return []
    found: dict[UUID, None] = {}
    for beginnings in _readings(wanted, words):
        found |= dict.fromkeys(_people_with(workspace_id, beginnings))
    return list(known.filter(pk__in=found).order_by("-last_seen", "pk")[:limit])


def _readings(wanted: str, words: list[str]) -> list[list[str]]:
    """What the text may mean: words that a person all has, or the end of a phone number."""
    digits = "".join(character for character in wanted if character.isdigit())
    is_number = len(digits) >= SHORTEST_TAIL and not wanted.strip("+-() 0123456789")
    return [words, [PHONE + digits[::-1]]] if is_number else [words]


def _people_with(workspace_id: int, beginnings: list[str]) -> list[UUID]:
    first, *others = beginnings
    found = _terms(workspace_id, first)
    for beginning in others:
        found = found.filter(Exists(_terms(workspace_id, beginning).filter(person_id=OuterRef("person_id"))))
    return list(found.order_by("term").values_list("person_id", flat=True)[:CANDIDATES])


def _terms(workspace_id: int, beginning: str) -> "models.QuerySet[Findable]":
    """A range, not LIKE: behind row-level security an operator that might tell what it saw cannot use the index."""
    first = beginning[:100]
    return Findable.objects.filter(workspace_id=workspace_id, term__gte=first, term__lt=first + LAST)


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text) if len(text) >= 32 else None
    except ValueError:
        return None
