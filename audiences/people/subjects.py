"""Which identifiers an event names, and the ids that they are known by."""

import uuid
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from audiences.intake.batches import EventRow
from audiences.intake.models import EventKind
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
    """An event's statement that `source` and `target` are the same person. `source` may be read in two ways."""

    event: EventRow
    source: Subject
    source_as_user: Subject | None
    target: Subject


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
    """Yield what the event says about who is who: an identify with both ids, or an alias."""
    if event.user_id is None or event.kind not in LINKING:
        return
    target = subject(event.workspace_id, USER, event.user_id)
    if event.kind == EventKind.IDENTIFY and event.anonymous_id is not None:
        yield Link(event, subject(event.workspace_id, ANONYMOUS, event.anonymous_id), None, target)
    previous = event.properties.get("previousId") if event.kind == EventKind.ALIAS else None
    if isinstance(previous, str):
        source = subject(event.workspace_id, ANONYMOUS, previous)
        yield Link(event, source, subject(event.workspace_id, USER, previous), target)
