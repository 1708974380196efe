"""Which identifiers an event names, and the ids that they are known by."""

import uuid
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from audiences.intake.batches import EventRow
from audiences.intake.models import EventKind
from audiences.people.naming import PROVING, names_in
from config.kit.ids import derived

USER: Final = "user"
ANONYMOUS: Final = "anonymous"
LINKING: Final = (EventKind.IDENTIFY, EventKind.ALIAS)


class Subject(NamedTuple):
    """One identifier of someone; `id` is the same in every process for ever."""

    kind: str
    value: str
    id: uuid.UUID


class Link(NamedTuple):
    """An event's statement that `source` and `target` are the same person. `source` may be read in two ways.

    Not every statement is a proof: where `proves` is false, it attaches an identifier that
    nobody has, and merges nobody.
    """

    event: EventRow
    source: Subject
    source_as_user: Subject | None
    target: Subject
    proves: bool = True


@lru_cache(maxsize=100_000)
def subject(workspace_id: int, kind: str, value: str) -> Subject:
    return Subject(kind, value, derived(workspace_id, kind, value))


def subject_of(event: EventRow) -> Subject | None:
    """Return whom the event is about: the user if it names one. None for the product's own events."""
    if event.user_id is not None:
        return subject(event.workspace_id, USER, event.user_id)
    if event.anonymous_id is not None:
        return subject(event.workspace_id, ANONYMOUS, event.anonymous_id)
    return None


def links_of(event: EventRow) -> Iterator[Link]:
    """Yield what the event says about who is who: two ids of an identify, an alias, and further identifiers."""
    if event.user_id is not None and event.kind in LINKING:
        yield from _declared(event, subject(event.workspace_id, USER, event.user_id))
    if (event.context or event.kind == EventKind.IDENTIFY) and (about := subject_of(event)):
        for kind, value in names_in(event):
            yield Link(event, subject(event.workspace_id, kind, value), None, about, kind in PROVING)


def _declared(event: EventRow, target: Subject) -> Iterator[Link]:
    if event.kind == EventKind.IDENTIFY and event.anonymous_id is not None:
        yield Link(event, subject(event.workspace_id, ANONYMOUS, event.anonymous_id), None, target)
    previous = event.properties.get("previousId") if event.kind == EventKind.ALIAS else None
    if isinstance(previous, str):
        source = subject(event.workspace_id, ANONYMOUS, previous)
        yield Link(event, source, subject(event.workspace_id, USER, previous), target)
