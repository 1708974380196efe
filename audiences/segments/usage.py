"""Who reads a segment: other segments, and whatever other apps have told how to find (rules, flows).

Audiences may not look into the apps above; those register a finder here when they start.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Something that reads a segment. `kind` is its noun (segment, rule, journey), `where` the place in it."""

    kind: str
    key: str
    name: str
    where: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


Finder = Callable[[int, str], Iterable[Use]]
"""From a workspace and a segment's key to what reads it."""

_finders: Final[dict[str, Finder]] = {}


def register(kind: str, finder: Finder) -> None:
    """Tell how to find what reads a segment; once per kind, at the start."""
    _finders[kind] = finder


def uses_elsewhere(workspace_id: int, key: str) -> list[Use]:
    """Return what other apps read this segment with."""
    return [use for kind in sorted(_finders) for use in _finders[kind](workspace_id, key)]
