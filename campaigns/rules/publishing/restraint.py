"""What would hold a rule back in a replay: roll-out, schedule, end, cool-down and limits per person, by event time.

Exclusion groups and limits in all depend on what all other rules fired, and are left to the drain.
"""

from collections import defaultdict
from datetime import datetime, timedelta
from uuid import UUID

from campaigns.rules.live import LiveRule
from campaigns.rules.steering.standing import outside
from campaigns.rules.steering.windows import is_cooling, most_beside


class Restraint:
    """One rule's memory of what it would have fired in the replay; before that it fired nothing."""

    def __init__(self, rule: LiveRule, *, zone: str) -> None:
        self._rule, self._zone = rule, zone
        controls = rule.controls
        self._cooldown = controls.cooldown
        self._most = controls.limit.per_subject if controls.limit else None
        self._per: timedelta | None = controls.limit.per if controls.limit else None
        self._remembers = self._cooldown is not None or self._most is not None
        self._fired: dict[UUID, list[datetime]] = defaultdict(list)

    @property
    def left_out(self) -> list[str]:
        """Which of the rule's controls are not replayed."""
        controls = self._rule.controls
        in_all = controls.limit is not None and controls.limit.in_all is not None
        return [*(["exclusive"] if controls.exclusive else []), *(["max_firings.in_all"] if in_all else [])]

    def lets(self, person_id: UUID, at: datetime) -> bool:
        """Whether the match fires; if so it is remembered."""
        rule = self._rule
        if outside(rule.controls, rule.key, person_id=person_id, at=at, zone=self._zone):
            return False
        if not self._remembers:
            return True
        before = self._fired[person_id]
        if self._cooldown is not None and is_cooling(at, before, self._cooldown):
            return False
        if self._most is not None and most_beside(at, before, self._per) >= self._most:
            return False
        before.append(at)
        return True
