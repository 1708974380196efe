"""What became of messages, for those who wait to know: read by send key, and told when it is written."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from campaigns.delivery.models import Delivery

FINAL: Final = frozenset({Delivery.State.SENT, Delivery.State.FAILED, Delivery.State.BLOCKED})
"""A message in doubt is not settled: an operator says what became of it."""

Listener = Callable[[Collection[UUID], datetime], None]
_listeners: Final[list[Listener]] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The state of one message, and why where it was not sent."""

    state: Delivery.State
    reason: str

    @property
    def final(self) -> bool:
        return self.state in FINAL


def settled(send_keys: Iterable[UUID]) -> dict[UUID, Settled]:
    """Return the states of those messages that were opened."""
    rows = Delivery.objects.filter(pk__in=set(send_keys)).values_list("pk", "state", "reason")
    return {pk: Settled(state=Delivery.State(state), reason=reason) for pk, state, reason in rows}


def listen(listener: Listener) -> None:
    """Have `listener` called with send keys inside the transaction that settles them. Flows use it; rooms stack one
    way, so delivery cannot call them by name."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell(send_keys: Collection[UUID], *, now: datetime) -> None:
    """Tell the listeners that these messages were sent, failed or were blocked."""
    for listener in _listeners if send_keys else ():
        listener(send_keys, now)
