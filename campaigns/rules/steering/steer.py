"""Decides which matches of a batch fire, in their order, and why the others are held back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from campaigns.rules.judging import Match
from campaigns.rules.live import LiveRule, rule_set
from campaigns.rules.steering.counts import Counts, limit_in_all, limit_window
from campaigns.rules.steering.held import COOLING, ENOUGH, ENOUGH_FOR_PERSON, EXCLUDED, Held
from campaigns.rules.steering.memory import Memory
from campaigns.rules.steering.standing import outside
from campaigns.rules.steering.windows import is_cooling, most_beside
from compliance.access.workspaces import zone_of


@dataclass(slots=True, kw_only=True)
class Steered:
    """The matches that fire, in their order, and those that what fired before holds back.

    What a rule's roll-out, schedule or end holds back is in neither: that can be told from the rule at any time.
    """

    fire: list[Match] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)


def steer(workspace_id: int, matches: Sequence[Match]) -> Steered:
    """Let matches fire or hold them back, in the caller's transaction; a replay decides the same again.

    Counts and cool-downs go by event time. What is held back excludes nobody and uses nothing up.
    """
    allowed = _inside(workspace_id, matches)
    remembering = [match for match in allowed if match.rule.controls.remembers]
    if not remembering:
        return Steered(fire=allowed)
    memory = Memory(remembering, _groups(workspace_id, remembering))
    counts = Counts([match for match in remembering if not memory.has_fired(match)])
    steered = Steered()
    for match in allowed:
        _decide(match, memory, counts, steered)
    counts.write(workspace_id)
    return steered


def _decide(match: Match, memory: Memory, counts: Counts, steered: Steered) -> None:
    if not match.rule.controls.remembers or memory.has_fired(match):
        steered.fire.append(match)  # a firing that is there already adds nothing
        return
    held = _hold(match, memory, counts)
    if held is not None:
        steered.held.append(held)
        return
    memory.add(match)
    counts.add(match)
    steered.fire.append(match)


def _hold(match: Match, memory: Memory, counts: Counts) -> Held | None:
    controls, at = match.rule.controls, match.event.event_time
    if controls.exclusive is not None and (first := memory.first_of_group(match)):
        return Held(match=match, reason=EXCLUDED, by=first)
    if controls.cooldown is not None and is_cooling(at, memory.times(match), controls.cooldown):
        return Held(match=match, reason=COOLING)
    limit, in_all = controls.limit, limit_in_all(match)
    for_one = None if limit is None else limit.per_subject
    if for_one is not None and most_beside(at, memory.times(match), limit_window(match)) >= for_one:
        return Held(match=match, reason=ENOUGH_FOR_PERSON)
    if in_all is not None and counts.beside(match) >= in_all:
        return Held(match=match, reason=ENOUGH)
    return None


def _inside(workspace_id: int, matches: Sequence[Match]) -> list[Match]:
    by_clock = any(m.rule.controls.schedule is not None and m.rule.controls.schedule.by_workspace for m in matches)
    zone = zone_of(workspace_id) if by_clock else "UTC"
    return [
        match
        for match in matches
        if not outside(
            match.rule.controls,
            match.rule.key,
            person_id=match.event.person_id,
            at=match.event.event_time,
            zone=zone,
        )
    ]


def _groups(workspace_id: int, matches: Sequence[Match]) -> Mapping[str, Sequence[LiveRule]]:
    """Return all rules of the groups that the matches belong to: one that no longer matches may have fired before."""
    wanted = {match.rule.controls.exclusive for match in matches} - {None}
    groups: dict[str, list[LiveRule]] = {}
    for rule in rule_set(workspace_id).rules.values() if wanted else ():
        if rule.controls.exclusive in wanted:
            groups.setdefault(rule.controls.exclusive or "", []).append(rule)
    return groups
