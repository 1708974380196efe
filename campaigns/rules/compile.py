"""Compiles rules for the engine: by event name, each condition spread into branches, or judged as a whole."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from audiences.conditions import Condition
from campaigns.rules.branches import Branch, TooManyBranches, branches, literal
from campaigns.rules.sheets import Layout, Owners, fits, lay_out


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """What the engine needs of a rule version: the events that it listens to, and the whole condition."""

    id: int
    on: tuple[str, ...]
    condition: Condition | None


def compile_rules(clauses: Sequence[Clause]) -> dict[str, tuple[Layout, ...]]:
    """Return the layouts of each event name on which a rule can match at all."""
    shards = {name: tuple(lay_out(_owners(of_name, name))) for name, of_name in by_event_name(clauses).items()}
    return {name: layouts for name, layouts in shards.items() if layouts}


def by_event_name(clauses: Iterable[Clause]) -> Mapping[str, Sequence[Clause]]:
    """Return which clauses listen to each event name, in their order."""
    shards: dict[str, list[Clause]] = {}
    for clause in clauses:
        for name in dict.fromkeys(clause.on):
            shards.setdefault(name, []).append(clause)
    return shards


def _owners(clauses: Iterable[Clause], name: str) -> Owners:
    owners: dict[Branch, list[int]] = {}
    for clause in clauses:
        for branch in alternatives(clause.condition, event_name=name):
            owners.setdefault(branch, []).append(clause.id)
    return owners


def alternatives(condition: Condition | None, *, event_name: str) -> Sequence[Branch]:
    """Spread a condition; one whose alternatives are too many or too long is one flag, computed beside the engine."""
    try:
        found = branches(condition, event_name=event_name)
    except TooManyBranches:
        found = ()
        whole = True
    else:
        whole = not all(fits(branch) for branch in found)
    if whole and condition is not None:
        return [frozenset((literal(condition),))]
    return found
