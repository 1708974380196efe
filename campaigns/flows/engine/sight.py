"""What the engine is shown and what it answers: frozen values that cross its border."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from audiences.conditions import EventFact, Facts
from campaigns.flows.engine.graph import Send

NOBODY: Final = UUID(int=0)


class ExitReason(StrEnum):
    """Why a run ended; one for each run."""

    COMPLETED = "completed"
    """It reached an exit node."""
    CONVERTED = "converted"
    """An exit event came that is the flow's goal too."""
    NO_LONGER_MATCHES = "no_longer_matches"
    """An exit condition came true."""
    EXIT_EVENT = "exit_event"
    """An exit event came."""
    STOPPED = "stopped"
    """The flow was stopped."""
    ERROR = "error"
    """A step went wrong, or a message failed where the flow says `on_error: abort`."""
    EXPIRED = "expired"
    """It took more steps than any run may."""
    BLOCKED = "blocked"
    """The gate blocked a message where the flow says `on_error: abort`."""


class MessageState(StrEnum):
    """What has become of the message that a run waits for."""

    OPEN = "open"
    SENT = "sent"
    FAILED = "failed"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The message of the send node that the run stands at."""

    state: MessageState
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a run stands: its `visit` is the how-manieth node of its way, `since` when it came there."""

    node: str
    visit: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """All that the engine may look at besides the graph.

    `facts.event` is the entering event, `facts.now` the present. `events` are those that just came and made the run
    be looked at; those that came before are in `facts.history`. `goal_met` says that the goal counted already. By
    `subject` splits know whom they send where.
    """

    facts: Facts
    subject: UUID = NOBODY
    events: tuple[EventFact, ...] = ()
    workspace_zone: str = "UTC"
    paused: bool = False
    stopped: bool = False
    holdout: bool = False
    goal_met: bool = False
    message: Message | None = None

    @property
    def now(self) -> datetime:
        return self.facts.now


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTaken:
    """A visit to a node: `left_at` is None while the run stands there."""

    node: str
    visit: int
    entered_at: datetime
    left_at: datetime | None = None
    outcome: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageAsked:
    """A message that is to be opened."""

    node: Send
    visit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a run does next: the steps it takes, the messages it opens, and where it stands then, or how it ended.

    `due_at` None means that it waits for something else than time. `goal` is the event that reached the goal now.
    """

    standing: Standing
    due_at: datetime | None = None
    steps: tuple[StepTaken, ...] = ()
    messages: tuple[MessageAsked, ...] = ()
    reason: ExitReason | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    goal: EventFact | None = None
