"""Counts beside the places of the navigation: how many things there wait for somebody. Rooms register them."""

from collections.abc import Callable
from typing import Final

from config.kit.glances import glance

Count = Callable[[int], int]
_counts: Final[dict[str, Count]] = {}


def counts(place: str) -> Callable[[Count], Count]:
    """Register the function that counts, for a workspace, what waits at the place of this name."""

    def register(count: Count) -> Count:
        _counts[place] = count
        return count

    return register


def waiting(workspace_id: int) -> dict[str, int]:
    """Return by place how much waits there; places with nothing to do are left out."""
    found = glance(f"attention:{workspace_id}", lambda: {place: n(workspace_id) for place, n in _counts.items()})
    return {place: n for place, n in found.items() if n}
