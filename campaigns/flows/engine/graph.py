"""The parts of a flow as frozen values: entry, exits, goal and the nodes that a run passes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum
from typing import Final

from audiences.conditions import Condition
from config.kit.local_time import EVERY_DAY

MAX_NODES: Final = 200
MAX_CASES: Final = 50
MAX_ARMS: Final = 20
MAX_WEIGHT: Final = 1_000_000
MAX_EXITS: Final = 20


class EntryOn(StrEnum):
    """What brings a person in. A flow of any kind of entry can also be started by a rule."""

    EVENT = "event"
    SEGMENT = "segment"
    API = "api"
    RULE = "rule"


class OnError(StrEnum):
    """What a send that failed or was blocked does to its run."""

    CONTINUE = "continue"
    ABORT = "abort"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reentry:
    """Whether a person may enter again, and how long after the entry before (in seconds, never months)."""

    allowed: bool = False
    after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """How people get in; `key` is the event property whose value tells parallel runs apart."""

    on: EntryOn = EntryOn.RULE
    event: str = ""
    segment: str = ""
    condition: Condition | None = None
    key: str = ""
    reentry: Reentry = Reentry()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitRule:
    """What ends a run wherever it is: an event, or a condition that has come true."""

    event: str = ""
    when: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What the flow is for: an event within a time from entry."""

    event: str
    within: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """`wait` for a duration."""

    name: str
    lasts: timedelta
    next: str

    @property
    def targets(self) -> tuple[str, ...]:
        return (self.next,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Until:
    """`wait` until a local time, or until a window is open.

    With `days` the time is meant on that calendar day after arrival; without, the next one that comes.
    """

    name: str
    next: str
    at: time | None = None
    opens: time | None = None
    closes: time | None = None
    days: int | None = None
    weekdays: frozenset[int] = EVERY_DAY
    zone: str = "person"
    same_day: bool = True

    @property
    def targets(self) -> tuple[str, ...]:
        return (self.next,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Await:
    """`wait_until` a condition holds or an event comes, at most for `timeout` from arrival."""

    name: str
    condition: Condition | None
    event: Condition | None
    timeout: timedelta
    next: str
    on_timeout: str

    @property
    def targets(self) -> tuple[str, ...]:
        return (self.next, self.on_timeout)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One way out of a branch."""

    condition: Condition
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """`branch`: the first case in written order that holds, else `otherwise`."""

    name: str
    cases: tuple[Case, ...]
    otherwise: str

    @property
    def targets(self) -> tuple[str, ...]:
        return (*(case.next for case in self.cases), self.otherwise)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One way out of a split, with its share of the sum of all weights."""

    weight: float
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """`split`: each person always takes the same arm, drawn by a hash, as long as the weights stay."""

    name: str
    arms: tuple[Arm, ...]

    @property
    def targets(self) -> tuple[str, ...]:
        return tuple(arm.next for arm in self.arms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """`send`: open a message and go on; with `on_error: abort` only once it is known to have been sent."""

    name: str
    channel: str
    template: str
    purpose: str
    next: str
    on_error: OnError = OnError.CONTINUE
    on_cap: str = "skip"
    on_quiet: str = "postpone"

    @property
    def targets(self) -> tuple[str, ...]:
        return (self.next,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """`exit`: the run is completed."""

    name: str

    @property
    def targets(self) -> tuple[str, ...]:
        return ()


Node = Delay | Until | Await | Branch | Split | Send | Exit


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """A whole flow, as one version of its definition says it."""

    key: str
    name: str
    kind: str
    entry: Entry
    exits: tuple[ExitRule, ...]
    goal: Goal | None
    holdout: float
    lateness: timedelta
    zone: str
    first: str
    nodes: Mapping[str, Node]

    @property
    def exit_events(self) -> frozenset[str]:
        return frozenset(rule.event for rule in self.exits if rule.event)
