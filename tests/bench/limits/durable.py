"""durable_rules by itself: its raw calls in a loop over rulesets by event type, and its public class API.

Both say the same rules in the library's own words, get the same events, and return which rules matched. Nothing is
checked, explained or kept: whoever uses the library has at least this to pay.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import durable_rules_engine as native
from durable.engine import Host, MessageNotHandledException

Event = dict[str, Any]
Words = Mapping[str, Any]
Match = Callable[[Event], set[str]]
MOST = 50


def shards(rules: Iterable[tuple[str, str, Words]]) -> dict[str, list[dict[str, Any]]]:
    """Return the rulesets of each event type; a rule is its name, its event type and its condition."""
    by_type: dict[str, list[tuple[str, Words]]] = {}
    for name, kind, condition in rules:
        by_type.setdefault(kind, []).append((name, condition))
    return {
        kind: [
            {name: {"all": [{"m": condition}]} for name, condition in found[at : at + MOST]}
            for at in range(0, len(found), MOST)
        ]
        for kind, found in by_type.items()
    }


def raw(rules: Iterable[tuple[str, str, Words]]) -> Match:
    """Assert each event as a fact, collect, retract: the library's C calls and nothing else."""
    handles = {
        kind: [native.create_ruleset("raw", json.dumps(ruleset, ensure_ascii=False)) for ruleset in rulesets]
        for kind, rulesets in shards(rules).items()
    }

    def match(event: Event) -> set[str]:
        found = set()
        fact = json.dumps({"id": "x", **event}, ensure_ascii=False)
        for handle in handles.get(event["kind"], ()):
            unmatched, state = native.assert_fact(handle, fact)
            if not unmatched:
                started = native.start_action_for_state(handle, state)
                message = started and started[1]
                while message:
                    found.add(message[2 : message.index('"', 2)])
                    message = native.complete_and_start_action(handle, state)
            native.retract_fact(handle, fact)
        return found

    return match


class _QuietHost(Host):
    """A host without its background threads, which only cost."""

    def __init__(self) -> None:
        self.found: set[str] = set()
        super().__init__()

    def _run(self) -> None:
        """Start nothing."""

    def get_action(self, action_name: str) -> Callable[[Any], None]:
        return lambda _closure: self.found.add(action_name)


def public(rules: Iterable[tuple[str, str, Words]]) -> Match:
    """The same through the library's public API: `assert_fact` and `retract_fact` of a host."""
    host = _QuietHost()
    names: dict[str, list[str]] = {}
    for kind, rulesets in shards(rules).items():
        for number, ruleset in enumerate(rulesets):
            key = f"{kind}-{number}"
            names.setdefault(kind, []).append(key)
            host.set_rulesets({key: {name: {**rule, "run": name} for name, rule in ruleset.items()}})

    def match(event: Event) -> set[str]:
        host.found = set()
        for key in names.get(event["kind"], ()):
            fact = {"id": "x", **event}
            try:
                host.assert_fact(key, dict(fact))
            except MessageNotHandledException:
                pass
            else:
                host.retract_fact(key, fact)
        return host.found

    return match
