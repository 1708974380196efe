"""Finds rules that set each other off without an end: A tells an event that B listens to, B one that A listens to.

Pure. A circle that something may stop is not refused; when it runs on all the same, the number of hops ends it.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

from audiences.conditions import Condition, EventFact, Facts, Needs, evaluate
from audiences.conditions.values import nfc
from campaigns.rules.form import RuleForm, whole_condition
from campaigns.rules.form.controls import Controls
from campaigns.rules.form.deeds import Action

_SOMETIME: Final = datetime(2026, 1, 5, tzinfo=UTC)


class Known(Protocol):
    """A rule, as far as circles go."""

    @property
    def key(self) -> str: ...
    @property
    def on(self) -> tuple[str, ...]: ...
    @property
    def condition(self) -> Condition: ...
    @property
    def actions(self) -> Sequence[Action]: ...
    @property
    def controls(self) -> Controls: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A rule on the way round, and the event that it tells."""

    key: str
    tells: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Own:
    key: str
    on: tuple[str, ...]
    condition: Condition
    actions: tuple[Action, ...]
    controls: Controls


def certain_cycle(form: RuleForm, others: Iterable[Known]) -> list[Step]:
    """Return a way from the rule back to itself that nothing stops; empty if there is none.

    A rule stops it with a condition that reads more than what the event before is sure to say, with a cool-down, a
    limit or an end, or in the shadow.
    """
    own = _Own(key=form.key, on=form.on, condition=whole_condition(form), actions=form.actions, controls=form.controls)
    if not _goes_on(own.controls):
        return []
    listening: dict[str, list[Known]] = defaultdict(list)
    for rule in (own, *(rule for rule in others if _goes_on(rule.controls))):
        for name in rule.on:
            listening[name].append(rule)
    return _way_back(own, listening)


def _way_back(own: Known, listening: dict[str, list[Known]]) -> list[Step]:
    ways: deque[tuple[Known, list[Step]]] = deque([(own, [])])
    seen = {own.key}
    while ways:
        rule, way = ways.popleft()
        for action in rule.actions:
            steps = [*way, Step(key=rule.key, tells=action.tells)]
            for other in listening.get(nfc(action.tells), ()) if action.tells else ():
                if not _is_sure(other.condition, action, rule.key):
                    continue
                if other is own:
                    return steps
                if other.key not in seen:
                    seen.add(other.key)
                    ways.append((other, steps))
    return []


def _goes_on(controls: Controls) -> bool:
    ends = controls.expires is not None or (controls.schedule is not None and controls.schedule.until is not None)
    return controls.enabled and controls.mode == "live" and controls.rollout > 0 and not (controls.is_bounded or ends)


def _is_sure(condition: Condition, action: Action, key: str) -> bool:
    """Whether the condition holds on every event that the action of this rule tells."""
    said = action.says(key)
    needs = condition.needs()
    if needs != Needs(properties=needs.properties, named=needs.named) or not needs.properties <= said.keys():
        return False
    event = EventFact(name=action.tells, at=_SOMETIME, properties=said)
    return evaluate(condition, Facts(now=_SOMETIME, traits={}, event=event)).held
