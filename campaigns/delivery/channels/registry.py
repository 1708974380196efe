"""Which channels there are, and how a scenario puts others in their place."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from campaigns.delivery.channels.base import Channel

_installed: dict[str, Channel] = {}
_in_place: ContextVar[Mapping[str, Channel] | None] = ContextVar("signalbox_channels", default=None)


def channels() -> Mapping[str, Channel]:
    """Return the channels by slug: the installed ones, or those that `in_place` put there."""
    replaced = _in_place.get()
    return _installed if replaced is None else replaced


def install(channel: Channel) -> None:
    """Add a channel when the app starts."""
    _installed[channel.slug] = channel


@contextmanager
def in_place(replacement: Mapping[str, Channel]) -> Iterator[None]:
    """Let only these channels exist inside the block."""
    token = _in_place.set(replacement)
    try:
        yield
    finally:
        _in_place.reset(token)
