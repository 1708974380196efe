"""What a person's page shows, put into words and masked unless somebody gave a reason."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from audiences.computed.catalogue import TRAITS
from audiences.computed.definitions import live_traits
from audiences.identity.labels import kind_text
from audiences.people.lookups import identities_of
from audiences.people.models import Person, TraitChange
from config.kit import masking
from config.kit.templatetags.kit import plain

MOST_WORDS: Final = 500
SHOWN_WORDS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a trait was said to be, when, and by which call."""

    value: str
    at: datetime
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TraitLine:
    """A trait: its value, since when, who said so, and what it was before."""

    name: str
    value: str
    at: datetime | None
    source: str = ""
    before: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityLine:
    """An identifier as it is shown."""

    kind: str
    value: str
    since: datetime


def identity_lines(person: Person, *, bare: bool) -> list[IdentityLine]:
    """Return the identifiers that lead to a person."""
    return [
        IdentityLine(kind=kind_text(row.kind), value=_shown(row.kind, row.value, bare=bare), since=row.created_at)
        for row in identities_of(person.workspace_id, person.pk)
    ]


def trait_lines(person: Person, *, bare: bool) -> list[TraitLine]:
    """Return the traits that were told, by name, each with its history."""
    words = _words(person.pk, bare=bare)
    return [
        _line(name, value, words.get(name, ()), bare=bare)
        for name, value in sorted(person.traits.items())
        if name != TRAITS
    ]


def computed_lines(person: Person) -> list[TraitLine]:
    """Return the traits that the product works out."""
    found = person.traits.get(TRAITS, {})
    names = dict(live_traits(person.workspace_id).values_list("key", "name"))
    return [TraitLine(name=names.get(key, key), value=plain(value), at=None) for key, value in sorted(found.items())]


def _line(name: str, value: Any, words: Sequence[Word], *, bare: bool) -> TraitLine:
    latest = words[0] if words else None
    return TraitLine(
        name=name,
        value=_shown(name, value, bare=bare),
        at=latest.at if latest else None,
        source=latest.source if latest else "",
        before=tuple(words[1 : SHOWN_WORDS + 1]),
    )


def _words(person_id: uuid.UUID, *, bare: bool) -> Mapping[str, list[Word]]:
    found: dict[str, list[Word]] = defaultdict(list)
    rows = TraitChange.objects.filter(person_id=person_id).order_by("-at")[:MOST_WORDS]
    for row in rows:
        words = found[row.name]
        value = "–" if row.value is None else _shown(row.name, row.value, bare=bare)
        if words and words[-1].value == value:
            words[-1] = Word(value=value, at=row.at, source=row.source)  # a stretch begins with its oldest word
        else:
            words.append(Word(value=value, at=row.at, source=row.source))
    return found


def _shown(name: str, value: Any, *, bare: bool) -> str:
    return plain(value if bare else masking.shown(name, value))
