"""How late an event may be and still be judged: flows know, and tell here, since rules may not import them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

DEFAULT: Final = timedelta(hours=1)
Finder = Callable[[int], timedelta]
_finders: Final[list[Finder]] = []


def register(finder: Finder) -> None:
    """Tell how the longest lateness of a workspace is found."""
    _finders.append(finder)


def judged_up_to(workspace_id: int) -> timedelta:
    """Return how late an event may be and still be judged in the workspace, as of today."""
    return max((find(workspace_id) for find in _finders), default=DEFAULT)
