"""Reads about people for those who look: the list, one person, their identifiers and events, and names to show."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import QuerySet

from audiences.intake.models import Event
from audiences.people.directory import KnownPeople
from audiences.people.identities import owners_of
from audiences.people.models import Identity, Person
from audiences.people.naming import KINDS, canonical
from audiences.people.searching import searched
from audiences.people.subjects import ANONYMOUS, USER, subject
from config.kit.masking import EMAIL, masked


def people(workspace_id: int, *, text: str = "") -> QuerySet[Person]:
    """Return the workspace's people (without those merged into others) whose ids or names contain `text`."""
    found = Person.objects.filter(workspace_id=workspace_id, merged_into=None)
    wanted = text.strip().replace("\x00", "")
    return called(found, workspace_id, wanted) if wanted else found


def called(people: QuerySet[Person], workspace_id: int, wanted: str) -> QuerySet[Person]:
    """Return those of `people` whose ids or names contain `wanted`."""
    return searched(people, workspace_id, wanted, subjects=subjects_called(workspace_id, wanted))


def subjects_called(workspace_id: int, text: str) -> list[UUID]:
    """Return the ids of the identifiers that a text may be: of each kind, in its canonical form."""
    forms = [(kind, canonical(kind, text)) for kind in KINDS]
    return [subject(workspace_id, kind, value).id for kind, value in ((USER, text), (ANONYMOUS, text), *forms) if value]


def person_called(workspace_id: int, text: str) -> Person | None:
    """Return the person whom a user id, or our own id (also one that was merged away), leads to today."""
    known = KnownPeople()
    if person_id := known.people(workspace_id, [text]).get(text):
        return find_person(workspace_id, person_id)
    try:
        ident = UUID(text)
    except ValueError:
        return None
    # an id that was once derived from an identifier need never have been a person of its own
    return find_person(workspace_id, known.heir(workspace_id, owners_of([ident]).get(ident, ident)))


def find_person(workspace_id: int, person_id: UUID) -> Person | None:
    """Return one person of the workspace, also one who was merged into another."""
    return Person.objects.filter(workspace_id=workspace_id, pk=person_id).first()


def identities_of(workspace_id: int, person_id: UUID) -> QuerySet[Identity]:
    """Return the identifiers that lead to a person, oldest first."""
    return Identity.objects.filter(workspace_id=workspace_id, person_id=person_id).order_by("created_at", "subject")


def events_of(workspace_id: int, person_id: UUID) -> QuerySet[Event]:
    """Return a person's events; order and bounds are the caller's."""
    return Event.objects.filter(workspace_id=workspace_id, person_id=person_id)


def names_of(workspace_id: int, person_ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """Return the names to show for people, by id; an unknown id is left out."""
    rows = Person.objects.filter(workspace_id=workspace_id, pk__in=set(person_ids)).only("id", "user_id")
    return {person.pk: name_of(person) for person in rows}


def name_of(person: Person) -> str:
    """Return what a person is called in lists: their user id, masked if it is an address; else the end of our id."""
    if not person.user_id:
        return f"…{str(person.pk)[-8:]}"
    return masked(person.user_id) if EMAIL.match(person.user_id) else person.user_id


def alive_after(workspace_id: int, *, after: UUID, limit: int) -> list[UUID]:
    """Return the next people in the order of their ids, without those who were merged into others."""
    rows = Person.objects.filter(workspace_id=workspace_id, merged_into=None, id__gt=after)
    return list(rows.order_by("id").values_list("id", flat=True)[:limit])
