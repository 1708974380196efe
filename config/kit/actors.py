"""Who does something: a user, an API key or the system itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    USER = "user"
    KEY = "key"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The one whom the audit trail names: `kind`, its id, and a name that people can read."""

    kind: ActorKind
    id: str
    name: str
    request_id: str = ""


SYSTEM = Actor(kind=ActorKind.SYSTEM, id="system", name="Signalbox")
_current: ContextVar[Actor] = ContextVar("signalbox_actor", default=SYSTEM)


def current_actor() -> Actor:
    """Return the actor of this request or task."""
    return _current.get()


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Make `actor` the current one inside the block."""
    token = _current.set(actor)
    try:
        yield
    finally:
        _current.reset(token)


def become(actor: Actor) -> None:
    """Make `actor` the current one until the surrounding `acting` block ends (each request is one)."""
    _current.set(actor)
