"""The parts of pages that keep themselves up to date: a name, and the function that writes the part as it is now.

A room registers its topics when its app starts; a page shows `<c-live topics="home.health flow:win-back" />` and each
part has an id, by which the browser finds what to replace.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest

Write = Callable[[Any, str], str]
MOST_TOPICS: Final = 12
_topics: Final[dict[str, Write]] = {}


def register(name: str, write: Write) -> None:
    """Make a part known: `write` gets the request and what follows the colon in the topic's name."""
    _topics[name] = write


@dataclass(frozen=True, slots=True)
class Wanted:
    """One part that a page shows."""

    write: Write
    argument: str


def wanted(names: str) -> list[Wanted]:
    """Read the topics that a page asks for; unknown ones are left out (the page may be older than the program)."""
    found = []
    for name in names.split()[:MOST_TOPICS]:
        key, _, argument = name.partition(":")
        if key in _topics:
            found.append(Wanted(_topics[key], argument[:200]))
    return found


class Changes:
    """Which parts differ from what was sent last."""

    def __init__(self, topics: Sequence[Wanted]) -> None:
        self._topics = topics
        self._sent: dict[int, int] = {}

    def now(self, request: HttpRequest) -> list[str]:
        """Write all parts, return those that changed since the last time."""
        found = []
        for at, each in enumerate(self._topics):
            html = each.write(request, each.argument)
            if html and self._sent.get(at) != (seen := hash(html)):
                self._sent[at] = seen
                found.append(html)
        return found


def event(name: str, data: Mapping[str, Any]) -> str:
    """Write one server-sent event; JSON keeps any text in one line."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


class Places:
    """How many streams one process keeps open: each holds a thread, and pages must find one free."""

    def __init__(self, most: int) -> None:
        self._free = threading.BoundedSemaphore(most) if most else None

    def take(self) -> bool:
        """Take a place if there is one; never waits."""
        return self._free is not None and self._free.acquire(blocking=False)

    def give_back(self) -> None:
        """Free a place."""
        if self._free is not None:
            self._free.release()


class Stream:
    """The body of an open stream: gives its place back however it ends, even if nobody ever read from it."""

    def __init__(self, lines: Iterator[str], places: Places) -> None:
        self._lines, self._places, self._open = lines, places, True
        self._closing = threading.Lock()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            return next(self._lines)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the stream."""
        with self._closing:
            was_open, self._open = self._open, False
        if was_open:
            self._places.give_back()
