"""Notes about people: write one, read them; on a merge they move along."""

import uuid
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from audiences.people.signals import people_merged
from audiences.profile.models import Note
from compliance import audit
from config.kit.actors import Actor
from config.kit.errors import refuse

LONGEST: Final = 2000


@transaction.atomic
def add_note(workspace_id: int, person_id: uuid.UUID, text: str, *, actor: Actor, now: datetime) -> Note:
    """Write a note; the trail says that there is one, not what it says."""
    text = text.strip()
    if not text:
        raise refuse("/text", _("The note is empty."), _("Write what colleagues should know."))
    if len(text) > LONGEST:
        said = _("The note has %(n)s characters.") % {"n": len(text)}
        raise refuse("/text", said, _("Use at most %(n)s.") % {"n": LONGEST})
    note = Note.objects.create(
        workspace_id=workspace_id, person_id=person_id, text=text, author=actor.name[:200], at=now
    )
    audit.record(
        "person.noted",
        workspace_id=workspace_id,
        object_kind="person",
        object_id=person_id,
        person_id=person_id,
        payload={"note": note.pk},
        actor=actor,
        at=now,
    )
    return note


def notes_of(workspace_id: int, person_id: uuid.UUID) -> QuerySet[Note]:
    """Return a person's notes, newest first."""
    return Note.objects.filter(workspace_id=workspace_id, person_id=person_id).order_by("-id")


def follow_merges() -> None:
    """Have notes move along when people are merged; called once when the app starts."""
    people_merged.connect(_move, dispatch_uid="profile move notes")


def _move(*, loser_id: uuid.UUID, winner_id: uuid.UUID, **_given: Any) -> None:
    Note.objects.filter(person_id=loser_id).update(person_id=winner_id)
