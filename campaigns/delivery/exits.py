"""Asks once more, just before a send, whether the run should have left its flow.

Flows know when a run leaves, and rooms stack one way: they register the question here.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

Checker = Callable[[Mapping[UUID, int], datetime], Mapping[UUID, str]]
"""Takes runs with their flow versions, returns those that leave, and why."""
_checkers: Final[list[Checker]] = []


def check_with(checker: Checker) -> None:
    """Have `checker` asked before every send; called once, when the app starts."""
    if checker not in _checkers:
        _checkers.append(checker)


def leaving(runs: Mapping[UUID, int], *, now: datetime) -> dict[UUID, str]:
    """Return those of the runs that leave their flow now, with the reason."""
    found: dict[UUID, str] = {}
    for checker in _checkers if runs else ():
        found |= checker(runs, now)
    return found
