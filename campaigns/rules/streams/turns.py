"""When the condition on a group's window becomes true and when it stops being true: a pure walk over time.

The window at instant t is (t − over, t]. It changes when a hit comes and when one has become too old; hits of one
instant come one after the other. What leaves at the instant at which another comes has left before it comes.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from audiences.conditions.amounts import Amount, plain
from campaigns.rules.streams.measures import Hit, Window

Amounts = Mapping[str, Amount | None]
Holds = Callable[[Amounts, datetime], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The condition became true (`held`) or stopped being true, by an event or (None) because time went by."""

    at: datetime
    event_id: UUID | None
    held: bool
    amounts: Mapping[str, Any]
    """the measures from then on, as JSON"""


@dataclass(slots=True, kw_only=True)
class Walk:
    """A window that moves on in time. `leaving` are the hits in it that will leave first, oldest first."""

    window: Window
    over: timedelta
    holds: Holds
    held: bool
    leaving: deque[Hit]

    def through(self, arriving: Iterable[Hit], *, until: datetime) -> list[Turn]:
        """Let hits come, oldest first, and time go by until an instant; return the turns, in their order."""
        turns: list[Turn] = []
        for hit in arriving:
            self._pass_time(turns, before=hit.at)
            self.window.add(hit)
            self.leaving.append(hit)
            self._judge(turns, hit.at, hit.event_id)
        self._pass_time(turns, until=until)
        return turns

    def _pass_time(self, turns: list[Turn], *, before: datetime | None = None, until: datetime | None = None) -> None:
        """Let leave what has become too old; judge at each instant, but not at `before`, at which something comes."""
        end = before or until
        assert end is not None
        while self.leaving and (at := self.leaving[0].at + self.over) <= end:
            while self.leaving and self.leaving[0].at + self.over == at:
                self.window.drop(self.leaving.popleft())
            if at != before:
                self._judge(turns, at, None)

    def _judge(self, turns: list[Turn], at: datetime, event_id: UUID | None) -> None:
        amounts = self.window.amounts()
        if self.holds(amounts, at) is not self.held:
            self.held = not self.held
            shown = {name: plain(amount) for name, amount in amounts.items()}
            turns.append(Turn(at=at, event_id=event_id, held=self.held, amounts=shown))
