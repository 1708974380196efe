"""What rules refer to and other rooms own: those rooms tell here how to find it, since rules may not import them."""

from collections.abc import Callable, Collection, Mapping
from typing import Final

Finder = Callable[[int, Collection[str]], Collection[str]]
"""Given a workspace and keys, returns those keys that exist there."""

Lister = Callable[[int], Mapping[str, str]]
"""Given a workspace, returns the names of what there is by key, to choose from."""

_finders: Final[dict[str, Finder]] = {}
_listers: Final[dict[str, Lister]] = {}


def register(kind: str, finder: Finder, *, lister: Lister | None = None) -> None:
    """Tell how things of `kind` ("flow", "segment") are found, and where they are offered, how they are listed."""
    _finders[kind] = finder
    if lister is not None:
        _listers[kind] = lister


def offered(kind: str, workspace_id: int) -> Mapping[str, str]:
    """Return what there is of a kind to choose from, names by key; nothing where nobody lists it."""
    return _listers[kind](workspace_id) if kind in _listers else {}


def unknown(kind: str, workspace_id: int, keys: Collection[str]) -> list[str]:
    """Return the keys, in their order, of which there is nothing in the workspace."""
    if not keys:
        return []
    found = set(_finders[kind](workspace_id, keys))
    return [key for key in keys if key not in found]
