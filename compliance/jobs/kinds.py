"""The kinds of jobs: each room that has long work registers a function for it when its app starts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise

from compliance.jobs.work import Work

Run = Callable[[Work], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What runs, what people call it, and the scope that an API key needs for the file that comes of it."""

    name: str
    run: Run
    text: str | Promise
    file_scope: str


_kinds: Final[dict[str, Kind]] = {}


def kind(name: str, *, text: str | Promise, file_scope: str = "") -> Callable[[Run], Run]:
    """Register `run(work)` under `name`, which reads `room.what`; `text` is what the console calls it."""

    def register(run: Run) -> Run:
        _kinds[name] = Kind(name=name, run=run, text=text, file_scope=file_scope)
        return run

    return register


def find_kind(name: str) -> Kind | None:
    """Return the kind of this name; a job may outlive the code that made it."""
    return _kinds.get(name)


def kinds() -> list[Kind]:
    """Return all kinds, in the order of their names."""
    return [_kinds[name] for name in sorted(_kinds)]
