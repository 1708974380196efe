"""The aggregate and waiting rules of a workspace, read once per process until rules change."""

from collections.abc import Mapping
from threading import local
from typing import Final

from campaigns.rules.live import LiveRule, RuleSet, live_rules, stamp_of
from campaigns.rules.streams.watches import Watches

MOST_WORKSPACES: Final = 64


class Timed:
    """The rules of a workspace on which time has a say."""

    def __init__(self, rules: Mapping[int, LiveRule], *, stamp: int) -> None:
        self.stamp = stamp
        self.watches = Watches.of(rules.values())
        self.waiting = {rule.rule_id: rule for rule in rules.values() if rule.absent or rule.hold}
        self.waiting_on: dict[str, list[LiveRule]] = {}
        for rule in self.waiting.values():
            for name in rule.on:
                self.waiting_on.setdefault(name, []).append(rule)


class _Kept(local):
    def __init__(self) -> None:
        self.of: dict[int, Timed] = {}


_kept = _Kept()


def timed_of(workspace_id: int, rules: RuleSet) -> Timed:
    """Return those of a rule set that was read already."""
    known = _kept.of.get(workspace_id)
    return known if known is not None and known.stamp == rules.stamp else _keep(workspace_id, rules.rules, rules.stamp)


def timed(workspace_id: int) -> Timed:
    """Return those of the workspace; one narrow query while the rules stay the same. No rule is compiled for it."""
    stamp = stamp_of(workspace_id)
    known = _kept.of.get(workspace_id)
    if known is not None and known.stamp == stamp:
        return known
    return _keep(workspace_id, {rule.version_id: rule for rule in live_rules(workspace_id)}, stamp)


def _keep(workspace_id: int, rules: Mapping[int, LiveRule], stamp: int) -> Timed:
    _kept.of.pop(workspace_id, None)
    _kept.of[workspace_id] = made = Timed(rules, stamp=stamp)
    if len(_kept.of) > MOST_WORKSPACES:
        _kept.of.pop(next(iter(_kept.of)))
    return made
