"""Makes situations at the edges of rules' conditions, for the trial that compares engine and interpreter."""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from audiences.conditions import Comparison, Condition, Did, EventFact, Facts, Property, Segment, Trait
from campaigns.rules.compile import Clause

NOW: Final = datetime.fromisoformat("2026-01-05T08:00:00+00:00")
_ODD: Final[tuple[Any, ...]] = (
    *(None, "", [], {}, True, False, 0, -1, 1.5, 10**30, 1e300, 2**53 + 1, "0", "一段中文", "\u0000", '"\\', "x" * 300),
    *("Cafe\u0301", [1, "a", None], {"k": {"k": 1}}, "2026-01-05T08:00:00Z", "2025-12-31T23:59:60Z"),
)
_Values = Mapping[str, Sequence[Any]]


class Situations:
    """Draws events and facts about which the given clauses may well disagree."""

    def __init__(self, clauses: Sequence[Clause], *, seed: int) -> None:
        leaves = [leaf for clause in clauses if clause.condition for leaf in clause.condition.leaves()]
        self._random = random.Random(seed)  # noqa: S311 - the trial is to be repeatable, nothing is secret
        self._names = list(dict.fromkeys(name for clause in clauses for name in clause.on))
        self._traits = _values(leaf for leaf in leaves if isinstance(leaf, Trait))
        self._properties = _values(leaf for leaf in leaves if isinstance(leaf, Property))
        self._counted = [leaf for leaf in leaves if isinstance(leaf, Did)]
        self._segments = sorted({leaf.key for leaf in leaves if isinstance(leaf, Segment)})

    def draw(self, count: int) -> Iterator[tuple[EventFact, Facts]]:
        """Yield `count` situations."""
        for _ in range(count):
            event = EventFact(name=self._random.choice(self._names), at=NOW, properties=self._tree(self._properties))
            yield (
                event,
                Facts(
                    now=NOW,
                    traits=self._tree(self._traits),
                    event=event,
                    history=self._history(),
                    segments=frozenset(key for key in self._segments if self._random.random() < 0.6),
                ),
            )

    def _tree(self, values: _Values) -> dict[str, Any]:
        tree: dict[str, Any] = {}
        for name, edges in values.items():
            if self._random.random() < 0.9:
                _put(tree, name.split("."), self._random.choice(edges if self._random.random() < 0.8 else _ODD))
        return tree

    def _history(self) -> dict[str, list[EventFact]]:
        history: dict[str, list[EventFact]] = {}
        for leaf in self._counted:
            happened = history.setdefault(leaf.event, [])
            happened += [self._past(leaf) for _ in range(min(20, max(0, leaf.n + self._random.randint(-1, 1))))]
        return {name: sorted(happened, key=lambda event: event.at) for name, happened in history.items()}

    def _past(self, leaf: Did) -> EventFact:
        window = leaf.within or timedelta(days=30)
        age = self._random.choice([timedelta(0), window / 2, window, window - timedelta(microseconds=1), 2 * window])
        return EventFact(name=leaf.event, at=NOW - age, properties=self._tree(_values(leaf.where)))


def _put(tree: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for part in path[:-1]:
        inner = tree.get(part)
        tree[part] = tree = inner if isinstance(inner, dict) else {}
    tree[path[-1]] = value


def _values(leaves: Iterator[Condition] | Sequence[Condition]) -> _Values:
    values: dict[str, list[Any]] = {}
    for leaf in leaves:
        if isinstance(leaf, Comparison):
            values.setdefault(leaf.name, []).extend(_edges(leaf))
    return values


def _edges(leaf: Comparison) -> Iterator[Any]:
    """Yield the limit as it is written, what lies just beside it, and a list of it."""
    limits = leaf.written if isinstance(leaf.written, list) else [leaf.written]
    yield list(limits)
    for limit in limits:
        yield limit
        yield [limit]
        if isinstance(limit, str):
            yield from (limit + "x", "x" + limit, limit[:-1], limit.upper())
        elif isinstance(limit, int | float) and not isinstance(limit, bool):
            yield from (limit + 1, limit - 1, str(limit), -limit)
    if isinstance(leaf.limit, timedelta):
        yield from ((NOW - leaf.limit + timedelta(seconds=step)).isoformat() for step in (-1, 0, 1))
