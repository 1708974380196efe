"""What other apps know of templates and content may not look up: who sends one, and people to preview it for.

Campaigns registers its finders here when it starts.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Something that sends a template; `where` is the place in it."""

    kind: str
    key: str
    name: str
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Somebody to preview for: what they are called, and what templates can read of them."""

    name: str
    person: Mapping[str, Any]


Finder = Callable[[int, str], Iterable[Use]]
People = Callable[[int, str], Subject | None]

_finders: Final[dict[str, Finder]] = {}
_people: Final[list[People]] = []


def register(kind: str, finder: Finder) -> None:
    """Tell how to find what sends a template; once per kind, at the start."""
    _finders[kind] = finder


def register_people(find: People) -> None:
    """Tell how to find a person by what members call them."""
    _people[:] = [find]


def uses_of(workspace_id: int, key: str) -> list[Use]:
    """Return what sends the template."""
    return [use for kind in sorted(_finders) for use in _finders[kind](workspace_id, key)]


def subject_called(workspace_id: int, text: str) -> Subject | None:
    """Return the person of that name, None if there is none."""
    return next((found for find in _people if (found := find(workspace_id, text))), None)
