"""Tries rules in a process of its own before they go live: `python -m campaigns.rules.trial`, JSON in, JSON out.

Whatever the engine may do with a rule (crash, hang, eat memory, answer wrongly), it does it here first. No Django:
the process must start fast and touch nothing.
"""

import json
import resource
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from campaigns.rules.compile import Clause
from campaigns.rules.form import parse_rule, row_condition, whole_condition
from campaigns.rules.oracle import Interpreter
from campaigns.rules.program import Program
from campaigns.rules.samples import Situations

MEMORY: Final = 2 << 30
SECONDS_OF_CPU: Final = 20
MOST_SHOWN: Final = 3


def try_rules(definitions: Sequence[Any], *, seed: int, count: int) -> dict[str, Any]:
    """Return how many situations were tried, and the first of those on which engine and interpreter disagree."""
    owned = [pair for definition in definitions for pair in _clauses(definition)]
    clauses = [replace(clause, id=number) for number, (_, clause) in enumerate(owned)]
    program, interpreter = Program(clauses), Interpreter(clauses)
    disagreements = []
    for event, facts in Situations(clauses, seed=seed).draw(count):
        engine, oracle = program.match(event, facts), interpreter.match(event, facts)
        if engine != oracle:
            rules = sorted({owned[number][0] for number in engine ^ oracle})
            disagreements.append({"event": event.name, "properties": event.properties, "rules": rules})
    return {"tried": count, "faults": program.faults, "disagreements": disagreements[:MOST_SHOWN]}


def _clauses(definition: Any) -> Iterator[tuple[str, Clause]]:
    """Yield what the engine is given of a rule (a clause for each row of a decision table), with the rule's key.

    Nothing of one that counts or waits.
    """
    form = parse_rule(definition)
    if form.is_timed:
        return
    rows = form.table.rows if form.table else ()
    for condition in [row_condition(form, row) for row in rows] or [whole_condition(form)]:
        yield form.key, Clause(id=0, on=form.on, condition=condition)


def main() -> None:
    """Read the rules from standard input, write the outcome to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_OF_CPU, SECONDS_OF_CPU))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    given = json.load(sys.stdin)
    outcome = try_rules(given["rules"], seed=given["seed"], count=given["count"])
    json.dump(outcome, sys.stdout, default=str)


if __name__ == "__main__":
    main()
