"""What rules refer to and other rooms own: those rooms tell here how to find it, since rules may not import them."""

from collections.abc import Callable, Collection
from typing import Final

Finder = Callable[[int, Collection[str]], Collection[str]]
"""Given a workspace and keys, returns those keys that exist there."""

_finders: Final[dict[str, Finder]] = {}


def register(kind: str, finder: Finder) -> None:
    """Tell how things of `kind` ("flow", "segment") are found."""
    _finders[kind] = finder


def unknown(kind: str, workspace_id: int, keys: Collection[str]) -> list[str]:
    """Return the keys, in their order, of which there is nothing in the workspace."""
    if not keys:
        return []
    found = set(_finders[kind](workspace_id, keys))
    return [key for key in keys if key not in found]
