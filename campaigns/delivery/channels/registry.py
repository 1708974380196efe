"""Which channels there are, and how a scenario puts others in their place."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from campaigns.delivery.channels.base import Channel
from campaigns.delivery.channels.email.channel import EmailChannel

INSTALLED: Final[Mapping[str, Channel]] = {channel.slug: channel for channel in (EmailChannel(),)}
_in_place: ContextVar[Mapping[str, Channel] | None] = ContextVar("signalbox_channels", default=None)


def channels() -> Mapping[str, Channel]:
    """Return the channels by slug: those of INSTALLED, or those that `in_place` put there."""
    replaced = _in_place.get()
    return INSTALLED if replaced is None else replaced


@contextmanager
def in_place(replacement: Mapping[str, Channel]) -> Iterator[None]:
    """Let only these channels exist inside the block."""
    token = _in_place.set(replacement)
    try:
        yield
    finally:
        _in_place.reset(token)
