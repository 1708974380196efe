"""What every channel is to delivery: it composes one person's message and hands a window of them over.

msgspec structures, because several of them are made for each message.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

import msgspec

from content.rendering.program import Rendered


class Outcome(StrEnum):
    """What became of a message that was handed over."""

    ACCEPTED = "accepted"
    """The provider has taken responsibility."""
    REFUSED = "refused"
    """The provider has refused for good; sending again would not help."""
    LATER = "later"
    """The provider has surely not taken it, and asks to try again."""
    UNREACHABLE = "unreachable"
    """Nothing was handed over: the provider could not be reached. It says nothing about the message."""
    IN_DOUBT = "in_doubt"
    """The provider may have taken it; nobody can tell from here."""


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The provider's answer. `reason` is a short word, `answer` the provider's own, `detail` more of it."""

    outcome: Outcome
    reason: str = ""
    answer: str = ""
    detail: dict[str, Any] = msgspec.field(default_factory=dict)


class Addressed(msgspec.Struct, frozen=True, kw_only=True):
    """A rendered message with everything that a channel needs to know about it."""

    delivery_id: UUID
    workspace_id: int
    template_version_id: int
    address: str
    sender: str
    sender_name: str
    content: Rendered
    unsubscribe_url: str | None
    at: datetime


class AddressRefused(ValueError):
    """An address that the channel cannot write to; the text says why, without the address."""


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """A message in the channel's own form, ready for the wire."""

    delivery_id: UUID
    sender: str
    address: str
    payload: bytes


class Channel(Protocol):
    """One way to reach people. `compose` and `check_address` touch no network; `submit` does nothing else."""

    slug: str
    outward: bool
    """Whether `submit` reaches the outside, which no open transaction may wait for."""

    def check_address(self, traits: Mapping[str, Any]) -> str:
        """Return the person's address in normal form, "" when there is none; raises AddressRefused."""

    def compose(self, message: Addressed) -> Parcel:
        """Build the parcel; raises AddressRefused."""

    def submit(self, window: Sequence[Parcel]) -> "Future[list[Receipt]]":
        """Hand the window over; the future gives one receipt per parcel, in order, and never raises."""
