"""The condition language, pure: one reading of "who" and "when" for segments, rules and flows.

`parse` reads a definition, `evaluate` judges it with reasons, `compile_predicate` judges it quickly, `needs` says
which facts it reads, `next_change` when time alone may turn the answer, `summary` tells it in a sentence. This
interpreter is the oracle: the SQL of segments and the rule engine's compilation must agree with it on every input.
"""

from collections.abc import Callable
from datetime import datetime

from audiences.conditions import durations
from audiences.conditions.amounts import Measured
from audiences.conditions.comparisons import Comparison, Property, Trait
from audiences.conditions.consents import Consent
from audiences.conditions.facts import EventFact, Facts, Needs, Place, Tally, TraitFact
from audiences.conditions.happenings import Did, EventName, Segment
from audiences.conditions.operators import OPERATORS
from audiences.conditions.parse import parse
from audiences.conditions.past import Past
from audiences.conditions.recency import First, Last, Regularly, Returned, Stopped
from audiences.conditions.schema import json_schema
from audiences.conditions.sequences import InOrder, Step
from audiences.conditions.stretches import Held
from audiences.conditions.telling import claim, found, joined, reason, summary
from audiences.conditions.tree import All, AnyOf, Condition, Not
from audiences.conditions.verdict import Verdict

__all__ = [
    "OPERATORS",
    "All",
    "AnyOf",
    "Comparison",
    "Condition",
    "Consent",
    "Did",
    "EventFact",
    "EventName",
    "Facts",
    "First",
    "Held",
    "InOrder",
    "Last",
    "Measured",
    "Needs",
    "Not",
    "Past",
    "Place",
    "Property",
    "Regularly",
    "Returned",
    "Segment",
    "Step",
    "Stopped",
    "Tally",
    "Trait",
    "TraitFact",
    "Verdict",
    "claim",
    "compile_predicate",
    "durations",
    "evaluate",
    "found",
    "joined",
    "json_schema",
    "needs",
    "next_change",
    "parse",
    "reason",
    "summary",
]


def evaluate(condition: Condition, facts: Facts) -> Verdict:
    """Return whether `condition` holds on `facts`, with every leaf's actual value."""
    return condition.judge(facts)


def compile_predicate(condition: Condition) -> Callable[[Facts], bool]:
    """Return a quick test that always answers as `evaluate` does, without the reasons."""
    return condition.predicate()


def needs(condition: Condition) -> Needs:
    """Return which facts `condition` reads."""
    return condition.needs()


def next_change(condition: Condition, facts: Facts) -> datetime | None:
    """Return the next instant at which time alone may turn the answer, given no further event; None if never."""
    return condition.next_change(facts)
