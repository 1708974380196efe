"""How calls leave: through the outbound client, or, in a scenario, to nobody."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from config.kit import http


@dataclass(slots=True)
class Nobody:
    """Takes calls that must not leave, and keeps them: (address, headers, body)."""

    calls: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)


_instead: ContextVar[Nobody | None] = ContextVar("signalbox_calls_nobody", default=None)


@contextmanager
def calling_nobody() -> Iterator[Nobody]:
    """Let no call leave inside the block; each is answered with 204."""
    nobody = Nobody()
    token = _instead.set(nobody)
    try:
        yield nobody
    finally:
        _instead.reset(token)


def is_cut() -> bool:
    """Whether calls reach nobody here."""
    return _instead.get() is not None


def check(url: str) -> None:
    """Raise `http.Forbidden` or `http.Unanswered` where the address would not be called."""
    if not is_cut():
        http.resolve(url)


def call(url: str, *, body: bytes, headers: Mapping[str, str]) -> int:
    """Send and return the status of the answer; raises `http.Forbidden` or `http.Unanswered`."""
    nobody = _instead.get()
    if nobody is not None:
        nobody.calls.append((url, headers, body))
        return 204
    return http.post(url, body=body, headers=headers).status
