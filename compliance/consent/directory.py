"""Who a user id or an older person id means today.

Compliance keys by id and knows no people: the app that keeps them plugs itself in.
"""

from collections.abc import Sequence
from typing import Final, Protocol
from uuid import UUID

from config.kit.ids import derived


class Directory(Protocol):
    """What compliance needs to know about people."""

    def people(self, workspace_id: int, user_ids: Sequence[str]) -> dict[str, UUID]:
        """Return the person of each user id that is known."""

    def heir(self, workspace_id: int, person_id: UUID) -> UUID:
        """Return whom this person was merged into, or the person."""


class _Derived:
    """The rule by which ids are made at the door: enough while nobody was renamed or merged."""

    def people(self, workspace_id: int, user_ids: Sequence[str]) -> dict[str, UUID]:
        return {}

    def heir(self, workspace_id: int, person_id: UUID) -> UUID:
        return person_id


_plugged: Final[list[Directory]] = [_Derived()]


def plug_in(directory: Directory) -> None:
    """Use `directory` from now on (called once, when the app that keeps people starts)."""
    _plugged[0] = directory


def people(workspace_id: int, user_ids: Sequence[str]) -> dict[str, UUID]:
    """Return the person of each user id; one that no event named yet gets the id that it will have."""
    known = _plugged[0].people(workspace_id, user_ids)
    return {user_id: known.get(user_id) or derived(workspace_id, "user", user_id) for user_id in user_ids}


def heir(workspace_id: int, person_id: UUID) -> UUID:
    """Return whom an id stands for today; links in old messages may name someone who was merged since."""
    return _plugged[0].heir(workspace_id, person_id)
