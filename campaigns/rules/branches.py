"""Spreads a condition into alternatives: conjunctions of leaves, each leaf asked to hold or not to hold."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import product
from typing import Final

from audiences.conditions import All, AnyOf, Condition, EventName, Not

MOST_BRANCHES: Final = 32


class TooManyBranches(Exception):
    """The condition has more alternatives than are worth spreading; it is judged as a whole."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A leaf that is to hold, or not to. Equal if written alike: 1, 1.0 and true are three different limits."""

    key: str
    positive: bool
    leaf: Condition = field(compare=False, repr=False)


Branch = frozenset[Literal]
_ALWAYS: Final[tuple[Branch, ...]] = (frozenset(),)
_NEVER: Final[tuple[Branch, ...]] = ()


def branches(condition: Condition | None, *, event_name: str) -> tuple[Branch, ...]:
    """Return the alternatives of `condition` for events of one name: none if it never holds, an empty one if always.

    Raises `TooManyBranches` beyond `MOST_BRANCHES` or where a conjunction grows out of hand.
    """
    if condition is None:
        return _ALWAYS
    return _spread(condition, event_name, positive=True)


def literal(leaf: Condition, *, positive: bool = True) -> Literal:
    """Return the literal of a leaf, or of a whole condition that is judged as one."""
    return Literal(json.dumps(leaf.as_json(), sort_keys=True), positive, leaf)


def _spread(node: Condition, name: str, *, positive: bool) -> tuple[Branch, ...]:
    if isinstance(node, Not):
        return _spread(node.child, name, positive=not positive)
    if isinstance(node, All | AnyOf):
        parts = [_spread(child, name, positive=positive) for child in node.children]
        return _conjunction(parts) if isinstance(node, All) is positive else _disjunction(parts)
    if isinstance(node, EventName):
        return _ALWAYS if (name in node.names) is positive else _NEVER
    return (frozenset((literal(node, positive=positive),)),)


def _conjunction(parts: Iterable[tuple[Branch, ...]]) -> tuple[Branch, ...]:
    return reduce(_both, parts, _ALWAYS)


def _both(left: Sequence[Branch], right: Sequence[Branch]) -> tuple[Branch, ...]:
    if len(left) * len(right) > MOST_BRANCHES**2:
        raise TooManyBranches
    return _tidy(one | other for one, other in product(left, right))


def _disjunction(parts: Iterable[tuple[Branch, ...]]) -> tuple[Branch, ...]:
    return _tidy(branch for part in parts for branch in part)


def _tidy(found: Iterable[Branch]) -> tuple[Branch, ...]:
    """Leave out alternatives that contradict themselves, come twice, or only narrow another one."""
    possible = [branch for branch in dict.fromkeys(found) if not _contradictory(branch)]
    kept = tuple(branch for branch in possible if not any(other < branch for other in possible))
    if len(kept) > MOST_BRANCHES:
        raise TooManyBranches
    return kept


def _contradictory(branch: Branch) -> bool:
    return len({literal.key for literal in branch}) < len(branch)
