"""What holds a rule back whatever happened before: its roll-out, its schedule, its end. Pure, so nothing is kept."""

from datetime import datetime
from typing import Final
from uuid import UUID

from campaigns.rules.form.controls import WHOLE, Controls
from config.kit.ids import derived

EXPIRED: Final = "expired"
NOT_NOW: Final = "schedule"
NOT_ROLLED_OUT: Final = "rollout"
_PARTS: Final = 1_000_000


def outside(controls: Controls, key: str, *, person_id: UUID, at: datetime, zone: str) -> str:
    """Return why the rule may not fire for this person at this instant; empty if it may. `zone` is the workspace's."""
    if controls.expires is not None and at >= controls.expires:
        return EXPIRED
    if controls.schedule is not None and not controls.schedule.allows(at, workspace_zone=zone):
        return NOT_NOW
    return "" if is_rolled_out(controls.rollout, key, person_id=person_id) else NOT_ROLLED_OUT


def is_rolled_out(percent: float, key: str, *, person_id: UUID) -> bool:
    """Say whether the person belongs to the share. Each has a place of their own, so that a larger one adds people."""
    return percent >= WHOLE or derived("rollout", key, person_id).int % _PARTS < percent / WHOLE * _PARTS
