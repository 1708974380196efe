"""Traces how a version judges one stored event: each leaf with its value and time, and the facts that were read."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from audiences.conditions import Condition, Facts, Verdict
from campaigns.rules.explain import Judgement, facts_then, why_not
from campaigns.rules.judging import facts_read
from campaigns.rules.live import LiveRule, read_version
from campaigns.rules.models import RuleVersion
from campaigns.rules.tables.rules import Hit, hits


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One leaf: where it stands in the condition, what it found, and how long it took, in microseconds."""

    path: str
    verdict: Verdict
    us: float

    def as_json(self) -> dict[str, Any]:
        return {"path": self.path, "us": self.us, "verdict": self.verdict.as_json()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """The judgement, the facts that it read, and what each part took: reading them (ms), judging (us), each leaf."""

    judgement: Judgement
    facts: Mapping[str, Any]
    facts_ms: float
    judged_us: float
    leaves: tuple[Leaf, ...]
    hits: tuple[Hit, ...] = ()
    """The rows of a decision table that hold, and which of them are taken."""


def trace(version: RuleVersion, event_id: UUID, *, now: datetime) -> Trace | None:
    """Judge a stored event anew by a version, with the facts as of its time; None if there is no such event, or if
    the rule judges groups and no single events.

    What was kept of a firing is in `judgement`; the leaves are judged now.
    """
    judgement, rule = why_not(version, event_id, now=now), read_version(version)
    if judgement is None or rule is None or rule.aggregate is not None:
        return None
    start = time.perf_counter()
    facts = facts_then(version.rule.workspace_id, rule, event_id, now=now)
    loaded = time.perf_counter()
    found = take_apart(rule, facts)
    return Trace(
        judgement=judgement,
        facts=facts_read(rule.needs, facts),
        facts_ms=round((loaded - start) * 1e3, 2),
        judged_us=found.us,
        leaves=found.leaves,
        hits=found.hits,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A verdict taken apart: the whole, what it took in microseconds, its leaves, and a table's rows that hold."""

    verdict: Verdict
    us: float
    leaves: tuple[Leaf, ...]
    hits: tuple[Hit, ...]


def take_apart(rule: LiveRule, facts: Facts) -> Parts:
    """Judge facts and return the verdict leaf by leaf."""
    start = time.perf_counter()
    verdict = rule.judge(facts)
    us = round((time.perf_counter() - start) * 1e6, 1)
    rows = hits(rule.form, facts) if rule.form else []
    return Parts(verdict=verdict, us=us, leaves=tuple(_leaves_of(rule, rows, facts)), hits=tuple(rows))


def _leaves_of(rule: LiveRule, rows: Sequence[Hit], facts: Facts) -> list[Leaf]:
    """Return the leaves that decide: all of a rule, of a table those of the rows that it takes."""
    if rows:
        return _leaves(rule.taking([hit.row for hit in rows]).condition, facts)
    return [] if rule.form else _leaves(rule.condition, facts)


def _leaves(condition: Condition, facts: Facts, path: str = "") -> list[Leaf]:
    if not condition.children:
        start = time.perf_counter()
        verdict = condition.judge(facts)
        return [Leaf(path=path, verdict=verdict, us=round((time.perf_counter() - start) * 1e6, 1))]
    under = f"{path}/{condition.what}"
    whole = condition.what == "not"
    return [
        leaf
        for place, child in enumerate(condition.children)
        for leaf in _leaves(child, facts, under if whole else f"{under}/{place}")
    ]
