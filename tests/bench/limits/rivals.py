"""Other rule engines on the same work: expressions or conditions of theirs, looked up by event type, as we do.

zen-engine and rule-engine judge compiled expressions one by one; json-rules-engine runs in Node, one engine per event
type (`rivals.mjs`). Those that are not installed are left out: the first two with `pip install zen-engine rule-engine`,
the third with `npm install json-rules-engine` in a folder whose node_modules RIVALS_NODE_MODULES names.
"""

import json
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.bench.limits.durable import Event, Match

Rule = tuple[str, str, int, str, int]
"""A rule's name, its event type, and its three limits: amount above, city, level at least."""
SCRIPT = Path(__file__).with_name("rivals.mjs")


def reference(made: Sequence[Rule]) -> Match:
    """Plain Python: what the answer is."""
    by_kind: dict[str, list[Rule]] = {}
    for rule in made:
        by_kind.setdefault(rule[1], []).append(rule)

    def match(event: Event) -> set[str]:
        return {
            name
            for name, _, amount, city, level in by_kind.get(event["kind"], ())
            if event["amount"] > amount and event["city"] == city and event["level"] >= level
        }

    return match


def compiled(made: Sequence[Rule]) -> Mapping[str, Match]:
    """Return the engines for Python that are installed, by name."""
    found: dict[str, Match] = {}
    if find_spec("zen"):
        zen = import_module("zen")
        found["zen-engine"] = _one_by_one(made, lambda text: zen.compile_expression(text).evaluate)
    if find_spec("rule_engine"):
        rule_engine = import_module("rule_engine")
        found["rule-engine"] = _one_by_one(made, lambda text: rule_engine.Rule(text).matches)
    return found


def _one_by_one(made: Sequence[Rule], compile_text: Callable[[str], Callable[[Event], bool]]) -> Match:
    by_kind: dict[str, list[tuple[str, Callable[[Event], bool]]]] = {}
    for name, kind, amount, city, level in made:
        text = f'amount > {amount} and city == "{city}" and level >= {level}'
        by_kind.setdefault(kind, []).append((name, compile_text(text)))

    def match(event: Event) -> set[str]:
        return {name for name, holds in by_kind.get(event["kind"], ()) if holds(event)}

    return match


def in_node(made: Sequence[Rule], load: Sequence[Event]) -> tuple[float, list[set[str]]] | None:
    """Return json-rules-engine's events per CPU second and its answers; None where it is not installed."""
    modules = os.environ.get("RIVALS_NODE_MODULES")
    if not modules:
        return None
    given: dict[str, Any] = {"rules": made, "events": load}
    done = subprocess.run(
        ["node", str(SCRIPT), str(Path(modules).resolve())],
        input=json.dumps(given),
        check=True,
        capture_output=True,
        text=True,
    )
    told = json.loads(done.stdout)
    return told["rate"], [set(names) for names in told["matched"]]
