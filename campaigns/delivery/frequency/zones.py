"""Whose clock quiet hours and calendar days go by."""

from collections.abc import Mapping
from typing import Any

from config.kit.local_time import ZoneFound, resolve_zone


def zone_of_recipient(traits: Mapping[str, Any], *, workspace: str | None) -> ZoneFound:
    """Return the zone of somebody's local time: their own, else that of their place, else the workspace's (T1)."""
    address = traits.get("address")
    place = address.get("timezone") if isinstance(address, Mapping) else None
    return resolve_zone((("person", traits.get("timezone")), ("place", place), ("workspace", workspace)))
