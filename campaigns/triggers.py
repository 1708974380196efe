"""The drain: takes accepted events partition by partition and turns them into facts, firings and actions.

One transaction per batch holds everything that the batch caused, and the end of its slices: an interrupted batch
leaves nothing, a repeated one adds nothing. An event that cannot be processed is parked, and the others go on.
"""

import gc
import logging
import random
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.db import InterfaceError, OperationalError, transaction

from audiences.absorb import absorb
from audiences.intake import Batch, EventRow, claim_batch, finish, waiting_partitions
from campaigns.actions import Action, ask
from campaigns.actions.asking import Occasion, asked_on
from campaigns.flows import entries, runs
from campaigns.flows.lateness import DEFAULT as LATENESS
from campaigns.flows.lateness import longest_lateness
from campaigns.parking import park, parked_since
from campaigns.progress import Turn, after_parking, give_back, halve, next_turn
from campaigns.rules.firings import LIVE, record_firings
from campaigns.rules.judging import Match, judge
from campaigns.rules.steering import keep_held, steer
from campaigns.rules.streams.batches import judge_streams
from campaigns.rules.streams.sweeping import sweep_groups
from campaigns.rules.streams.waits import sweep_waits
from config.kit import clock, queues
from config.kit.nudge import nudge

logger = logging.getLogger(__name__)
MOST_PARKED_A_MINUTE: Final = 100
TASKS: Final = {entries.START_FLOW: queues.DRAIN_ACTIONS, "webhook": queues.DRAIN_WEBHOOKS}
"""Who does actions of a kind; all others become events."""
KILLED_WORKER: Final = "killed_worker"
CLASSES_OF_TROUBLE: Final = frozenset(("08", "40", "53", "55", "57", "58"))
"""SQLSTATE classes: connection, rollback (deadlock), resources, object state, operator's intervention, system."""


@dataclass(frozen=True, slots=True)
class Drained:
    """What a drain did. `late` events were too old for every flow: they count as facts and ask for nothing."""

    events: int = 0
    late: int = 0
    firings: int = 0
    actions: int = 0
    touched: int = 0
    parked: int = 0
    more: bool = False

    def __add__(self, other: "Drained") -> "Drained":
        *sums, _ = (one + another for one, another in zip(astuple(self), astuple(other), strict=True))
        return replace(Drained(*sums), more=self.more or other.more)


def drain_intake(*, budget_s: float = 5.0) -> Drained:
    """Process waiting events until none is left that another worker does not have, or the time is up (`more`)."""
    until = time.monotonic() + budget_s
    total, elsewhere = Drained(), set[int]()
    while waiting := [partition for partition in waiting_partitions() if partition not in elsewhere]:
        random.shuffle(waiting)  # so that several workers do not queue for the same partition
        for partition in waiting:
            if time.monotonic() >= until:
                return replace(total, more=True)
            drained = drain_partition(partition)
            if drained is None:
                elsewhere.add(partition)
            else:
                total += drained
    return total


def drain_partition(partition: int) -> Drained | None:
    """Process the oldest batch of one partition; None if nothing waits there or another worker has it."""
    turn = next_turn(partition)
    if turn is None:
        return None
    try:
        with _uncollected():
            drained = _settle(turn)
    except Exception as fault:  # whatever an event brings about: it must not stop those behind it
        give_back(turn)
        if _is_no_events_fault(fault):
            raise
        return _set_back(turn, fault)
    if drained is None:
        give_back(turn)
    return drained


@contextmanager
def _uncollected() -> Iterator[None]:
    """Hold the cyclic collector back: it took a sixth of the time, and a batch frees what it made when it ends."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _is_no_events_fault(fault: Exception) -> bool:
    """Tell whether the database was away, busy or out of room: then nothing is parked, the next hint tries again."""
    if isinstance(fault, OperationalError):
        state = getattr(fault.__cause__, "sqlstate", None)
        return state is None or state[:2] in CLASSES_OF_TROUBLE
    return isinstance(fault, InterfaceError)


@transaction.atomic
def _settle(turn: Turn) -> Drained | None:
    batch = claim_batch(turn.partition, limit=turn.size)
    if batch is None:
        return None
    now = clock.now()
    if turn.deadly:
        drained = _park(batch, reason=KILLED_WORKER, detail=f"{turn.attempts - 1} workers died on it", now=now)
    elif batch.events:
        drained = _trigger(batch, now=now, interpreted=turn.interpreted)
    else:
        drained = Drained()
    finish(batch)
    return drained


def _trigger(batch: Batch, *, now: datetime, interpreted: bool) -> Drained:
    """Bring facts up to date, judge, and ask flows; the number of statements does not grow with the batch."""
    events = absorb(batch, now=now).events
    recent, personal = _recent(batch.workspace_id, events), [event for event in events if event.personal]
    matches = judge(batch.workspace_id, recent, now=now, interpreted=interpreted)
    matches += judge_streams(batch.workspace_id, recent, now=now)
    fired, actions = _fire(batch.workspace_id, matches, now=now)
    # late ones too: flows keep why an event that came late starts nothing
    actions += entries.asked_by(batch.workspace_id, [event for event in personal if not event.imported], now=now)
    ask(actions)
    touched = runs.touch(batch.workspace_id, personal, now=now)
    _hint(actions, touched=touched)
    return Drained(
        events=len(events),
        late=len(events) - len(recent),
        firings=fired,
        actions=len(actions),
        touched=touched,
    )


def _fire(workspace_id: int, matches: Sequence[Match], *, now: datetime) -> tuple[int, list[Action]]:
    """Keep the matches that may fire; return how many were new, and the unsaved actions that they ask for."""
    steered = steer(workspace_id, matches)
    fired = record_firings(workspace_id, steered.fire, now=now)
    keep_held(workspace_id, steered.held)
    return len(fired), _asked(workspace_id, [match for match in fired if match.rule.mode == LIVE], now=now)


def sweep_rules(now: datetime, *, batches: int = 1_000) -> int:
    """Let rules fire by time alone: what did not come, what has been true for long, what groups await.

    Return how many waits and groups were judged.
    """

    def act(workspace_id: int, matches: Sequence[Match]) -> None:
        _, actions = _fire(workspace_id, matches, now=now)
        ask(actions)
        _hint(actions, touched=0)

    return sweep_groups(now, act=act, batches=batches) + sweep_waits(now, act=act, batches=batches)


def _asked(workspace_id: int, fired: Sequence[Match], *, now: datetime) -> list[Action]:
    asks = [
        entries.RuleAsk(flow=flow, rule_id=match.rule.rule_id, event=match.event)
        for match in fired
        for flow in match.rule.flows
    ]
    starting = entries.asked_by_rules(workspace_id, asks, now=now) if asks else []
    return starting + asked_on([_occasion(match) for match in fired], now=now)


def _occasion(match: Match) -> Occasion:
    return Occasion(
        rule_id=match.rule.rule_id,
        rule_key=match.rule.key,
        version=match.rule.number,
        actions=match.rule.actions,
        event=match.event,
        facts=match.seen,
    )


def _recent(workspace_id: int, events: Sequence[EventRow]) -> Sequence[EventRow]:
    """Leave out what came in too late for every flow, and what a file told: history must not become firings."""
    limit = LATENESS
    if any(event.lateness > limit for event in events):
        limit = longest_lateness(workspace_id)
    return [event for event in events if not event.imported and event.lateness <= limit]


def _hint(actions: Sequence[Action], *, touched: int) -> None:
    for task in {TASKS.get(action.kind, queues.DRAIN_EFFECTS) for action in actions}:
        nudge(task)
    if touched:
        nudge(queues.ADVANCE_RUNS)


@transaction.atomic
def _set_back(turn: Turn, fault: Exception) -> Drained | None:
    """After a failed batch, try half of it next; park the event that failed alone.

    When too many fail within a minute the fault is hardly theirs (a missing table, a bug of ours): then they wait.
    """
    batch = claim_batch(turn.partition, limit=turn.size)
    if batch is None:
        return None
    if len(batch.events) > 1:
        logger.warning("a batch of %d events failed and is halved", len(batch.events), exc_info=fault)
        halve(batch)
        return Drained()
    if parked_since(clock.now() - timedelta(minutes=1)) >= MOST_PARKED_A_MINUTE:
        raise fault
    logger.error("an event could not be processed and is parked", exc_info=fault)
    drained = _park(batch, reason=type(fault).__name__, detail=_told(fault), now=clock.now())
    finish(batch)
    after_parking(turn.partition)
    return drained


def _park(batch: Batch, *, reason: str, detail: str, now: datetime) -> Drained:
    for event in batch.events:
        park(event, reason=reason, detail=detail, now=now)
    return Drained(parked=len(batch.events))


def _told(fault: Exception) -> str:
    """Return the fault and where it arose, without the values that were in the way."""
    frames = traceback.extract_tb(fault.__traceback__)[-3:]
    places = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames]
    return "\n".join([f"{type(fault).__name__}: {str(fault)[:500]}", *places])
