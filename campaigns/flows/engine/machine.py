"""Decides how far a run goes: node by node until it has to wait or ends. No input, no output, the time is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from audiences.conditions import evaluate, next_change
from campaigns.flows.engine.exits import exit_of, goal_of
from campaigns.flows.engine.graph import Await, Branch, Delay, Exit, Graph, Node, OnError, Send, Split, Until
from campaigns.flows.engine.sight import (
    Decision,
    ExitReason,
    Message,
    MessageAsked,
    MessageState,
    Sight,
    Standing,
    StepTaken,
)
from campaigns.flows.engine.splits import arm_of
from campaigns.flows.engine.waits import event_awaited, target_of

PUNCTUAL: Final = timedelta(minutes=5)
"""A wait that ends at most this late counts as ended on time: a slow minute makes no run miss its day."""

MAX_VISITS: Final = 1000
"""A run that passes more nodes than this goes in circles; it ends as expired."""

MAX_PASSES: Final = 300
"""How many nodes are passed in one go; the rest follows at once in the next."""

_SOON: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Goes:
    """The node lets the run pass to `to`, having arrived there at `at`."""

    to: str
    outcome: str
    at: datetime
    detail: Mapping[str, Any] = field(default_factory=dict)
    message: MessageAsked | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stays:
    """The run waits at the node."""

    until: datetime | None
    detail: Mapping[str, Any] = field(default_factory=dict)
    message: MessageAsked | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ends:
    """The node ends the run."""

    reason: ExitReason
    detail: Mapping[str, Any] = field(default_factory=dict)


_Answer = _Goes | _Stays | _Ends


def advance(graph: Graph, *, standing: Standing, sight: Sight) -> Decision:
    """Return what the run does now. Exits are looked at first, so they come before every send."""
    goal = None if sight.goal_met else goal_of(graph, sight)
    found = exit_of(graph, sight, goal=goal)
    if found is not None:
        steps = (_closed(standing, at=sight.now, outcome=found[0], detail=found[1]),)
        return Decision(standing=standing, steps=steps, reason=found[0], detail=found[1], goal=goal)
    return _walk(graph, standing, sight, goal)


def _walk(graph: Graph, standing: Standing, sight: Sight, goal: Any) -> Decision:
    steps: list[StepTaken] = []
    messages: list[MessageAsked] = []
    for _ in range(MAX_PASSES):
        answer = _expired(standing) or _meet(graph, standing, sight)
        if isinstance(answer, _Ends):
            steps.append(_closed(standing, at=sight.now, outcome=answer.reason, detail=answer.detail))
            return _decision(standing, steps, messages, goal, reason=answer.reason, detail=answer.detail)
        if answer.message is not None:
            messages.append(answer.message)
        if isinstance(answer, _Stays):
            steps.append(_open(standing, answer.detail))
            return _decision(standing, steps, messages, goal, due_at=_later(answer.until, sight.now))
        steps.append(_closed(standing, at=answer.at, outcome=answer.outcome, detail=answer.detail))
        standing = Standing(node=answer.to, visit=standing.visit + 1, since=answer.at)
        # the message that was waited for belongs to the node that was left
        sight = replace(sight, message=None) if sight.message is not None else sight
    return _decision(standing, steps, messages, goal, due_at=sight.now)


def _decision(
    standing: Standing, steps: list[StepTaken], messages: list[MessageAsked], goal: Any, **rest: Any
) -> Decision:
    return Decision(standing=standing, steps=tuple(steps), messages=tuple(messages), goal=goal, **rest)


def _later(due_at: datetime | None, now: datetime) -> datetime | None:
    """Keep a due instant ahead of now: a run that is due at once without going on would be claimed for ever."""
    return None if due_at is None else max(due_at, now + _SOON)


def _open(standing: Standing, detail: Mapping[str, Any]) -> StepTaken:
    return StepTaken(node=standing.node, visit=standing.visit, entered_at=standing.since, detail=detail)


def _closed(standing: Standing, *, at: datetime, outcome: str, detail: Mapping[str, Any]) -> StepTaken:
    return StepTaken(
        node=standing.node,
        visit=standing.visit,
        entered_at=standing.since,
        left_at=at,
        outcome=str(outcome),
        detail=detail,
    )


def _expired(standing: Standing) -> _Ends | None:
    """End a run that goes in circles."""
    if standing.visit <= MAX_VISITS:
        return None
    return _Ends(reason=ExitReason.EXPIRED, detail={"steps": standing.visit, "limit": MAX_VISITS})


def _meet(graph: Graph, standing: Standing, sight: Sight) -> _Answer:
    """Let the run meet the node that it stands at."""
    node: Node = graph.nodes[standing.node]
    match node:
        case Delay() | Until():
            return _meet_wait(node, graph, standing, sight)
        case Await():
            return _meet_await(node, standing, sight)
        case Branch():
            return _meet_branch(node, sight)
        case Split():
            return _meet_split(node, graph, sight)
        case Send():
            return _meet_send(node, standing, sight)
        case Exit():
            return _Ends(reason=ExitReason.COMPLETED)


def _meet_wait(node: Delay | Until, graph: Graph, standing: Standing, sight: Sight) -> _Answer:
    target, detail = target_of(node, graph, since=standing.since, sight=sight)
    if target > sight.now:
        return _Stays(until=target, detail=detail)
    return _Goes(to=node.next, outcome="passed", at=_arrival(target, sight.now), detail=detail)


def _arrival(target: datetime, now: datetime) -> datetime:
    return target if now - target <= PUNCTUAL else now


def _meet_await(node: Await, standing: Standing, sight: Sight) -> _Answer:
    event = event_awaited(node, since=standing.since, sight=sight)
    if event is not None:
        detail = {"event": {"id": str(event.id), "name": event.name, "at": event.at.isoformat()}}
        return _Goes(to=node.next, outcome="event", at=sight.now, detail=detail)
    verdict = evaluate(node.condition, sight.facts) if node.condition is not None else None
    detail = {"verdict": verdict.as_json()} if verdict is not None else {}
    if verdict is not None and verdict.held:
        return _Goes(to=node.next, outcome="met", at=sight.now, detail=detail)
    timeout = standing.since + node.timeout
    if timeout <= sight.now:
        return _Goes(to=node.on_timeout, outcome="timeout", at=_arrival(timeout, sight.now), detail=detail)
    changes = next_change(node.condition, sight.facts) if node.condition is not None else None
    return _Stays(until=min(timeout, changes or timeout), detail=detail | {"timeout": timeout.isoformat()})


def _meet_branch(node: Branch, sight: Sight) -> _Answer:
    verdicts = []
    for number, case in enumerate(node.cases, start=1):
        verdict = evaluate(case.condition, sight.facts)
        verdicts.append(verdict.as_json())
        if verdict.held:
            return _branched(case.next, f"case {number}", verdicts, sight)
    return _branched(node.otherwise, "else", verdicts, sight)


def _meet_split(node: Split, graph: Graph, sight: Sight) -> _Answer:
    number = arm_of(node, flow=graph.key, subject=sight.subject)
    to = node.arms[number].next
    return _Goes(to=to, outcome=f"arm {number + 1}", at=sight.now, detail={"next": to})


def _branched(to: str, outcome: str, verdicts: list[dict[str, Any]], sight: Sight) -> _Goes:
    return _Goes(to=to, outcome=outcome, at=sight.now, detail={"next": to, "cases": verdicts})


def _meet_send(node: Send, standing: Standing, sight: Sight) -> _Answer:
    asked = MessageAsked(node=node, visit=standing.visit)
    if sight.holdout:
        return _Goes(to=node.next, outcome="holdout", at=sight.now)
    if sight.message is not None:
        return _meet_answer(node, sight.message, sight.now)
    if sight.paused:
        return _Stays(until=None, detail={"held": "flow_paused"})
    if node.on_error is OnError.ABORT:
        return _Stays(until=None, detail={"message": "open"}, message=asked)
    return _Goes(to=node.next, outcome="opened", at=sight.now, message=asked)


def _meet_answer(node: Send, message: Message, now: datetime) -> _Answer:
    """Go on, or end, by what became of the message that the run waited for."""
    detail = {"message": message.state.value, "reason": message.reason}
    match message.state:
        case MessageState.OPEN:
            return _Stays(until=None, detail=detail)
        case MessageState.SENT:
            return _Goes(to=node.next, outcome="sent", at=now, detail=detail)
        case MessageState.FAILED:
            return _Ends(reason=ExitReason.ERROR, detail=detail)
        case MessageState.BLOCKED:
            return _Ends(reason=ExitReason.BLOCKED, detail=detail)
