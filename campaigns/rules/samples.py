"""Makes situations at the edges of rules' conditions, for the trial that compares engine and interpreter."""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from audiences.conditions import (
    Comparison,
    Condition,
    Consent,
    Did,
    EventFact,
    Facts,
    Held,
    InOrder,
    Last,
    Measured,
    Past,
    Property,
    Regularly,
    Segment,
    Trait,
    TraitFact,
)
from campaigns.rules.compile import Clause

NOW: Final = datetime.fromisoformat("2026-01-05T08:00:00+00:00")
_ODD: Final[tuple[Any, ...]] = (
    *(None, "", [], {}, True, False, 0, -1, 1.5, 10**30, 1e300, 2**53 + 1, "0", "一段中文", "\u0000", '"\\', "x" * 300),
    *("Cafe\u0301", [1, "a", None], {"k": {"k": 1}}, "2026-01-05T08:00:00Z", "2025-12-31T23:59:60Z"),
)
_T = TypeVar("_T")
_Values = Mapping[str, Sequence[Any]]


class Situations:
    """Draws events and facts about which the given clauses may well disagree."""

    def __init__(self, clauses: Sequence[Clause], *, seed: int) -> None:
        leaves = [leaf for clause in clauses if clause.condition for leaf in clause.condition.leaves()]
        self._random = random.Random(seed)  # noqa: S311 - the trial is to be repeatable, nothing is secret
        self._names = list(dict.fromkeys(name for clause in clauses for name in clause.on))
        self._traits = _values(leaf for leaf in leaves if isinstance(leaf, Trait))
        self._properties = _values(leaf for leaf in leaves if isinstance(leaf, Property))
        self._looked_at = [sight for leaf in leaves for sight in _sights(leaf)]
        self._held = [leaf for leaf in leaves if isinstance(leaf, Held)]
        self._consents = sorted({(leaf.channel, leaf.purpose) for leaf in leaves if isinstance(leaf, Consent)})
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
                    told=self._told(),
                    first_seen=NOW - self._random.choice([timedelta(0), timedelta(days=1), timedelta(days=400)]),
                    granted=frozenset(kind for kind in self._consents if self._random.random() < 0.6),
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
        for sight in self._some(self._looked_at):
            happened = history.setdefault(sight.event, [])
            happened += [self._past(sight) for _ in range(min(20, max(0, sight.usual + self._random.randint(-1, 1))))]
        return {name: sorted(happened, key=lambda event: event.at) for name, happened in history.items()}

    def _past(self, sight: "_Sight") -> EventFact:
        age = self._random.choice(sight.ages) + self._random.choice(_NUDGES)
        return EventFact(name=sight.event, at=NOW - max(age, timedelta(0)), properties=self._tree(sight.values))

    def _some(self, things: Sequence[_T]) -> list[_T]:
        return [thing for thing in things if self._random.random() < 0.6]

    def _told(self) -> dict[str, list[TraitFact]]:
        told: dict[str, dict[datetime, TraitFact]] = {}
        for leaf in self._held:
            words = told.setdefault(leaf.top, {})
            for age in self._some((leaf.duration, leaf.duration / 2, leaf.duration * 2)):
                at = NOW - age - self._random.choice(_NUDGES)
                words[at] = TraitFact(at=at, value=self._tree(_values([leaf.leaf])).get(leaf.top))
        return {name: [words[at] for at in sorted(words)] for name, words in told.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sight:
    """Events that a leaf looks at: their ages at its edges, the values that it tells apart, and about how many."""

    event: str
    ages: Sequence[timedelta]
    values: Mapping[str, Sequence[Any]]
    usual: int = 2


_NUDGES: Final = (timedelta(0), timedelta(0), timedelta(microseconds=1), -timedelta(microseconds=1))
_USUAL: Final = timedelta(days=30)


def _sights(leaf: Condition) -> Iterator[_Sight]:
    """Yield what a leaf about past events looks at."""
    if isinstance(leaf, InOrder):
        whole = leaf.within or _USUAL
        gaps = [step.within for step in leaf.steps if step.within]
        for step in leaf.steps:
            ages = [timedelta(0), whole, whole / 2, *gaps, *(whole - gap for gap in gaps)]
            yield _Sight(event=step.event, ages=ages, values=_values(step.where))
    elif isinstance(leaf, Past):
        edges = leaf.edges()
        ages = [*edges, *(edge / 2 for edge in edges), _USUAL if len(edges) == 1 else edges[-1] * 2]
        yield _Sight(event=leaf.event, ages=ages, values=_read_by(leaf), usual=_usual(leaf))


def _read_by(leaf: Past) -> _Values:
    """Return the values of the properties that a leaf reads."""
    more = list(leaf.has) if isinstance(leaf, Last) else []
    values = dict(_values([*leaf.where, *more]))
    if isinstance(leaf, Measured):
        limits = leaf.written if isinstance(leaf.written, list) else [leaf.written or 0]
        values[leaf.of] = [*values.get(leaf.of, ()), *limits, *(limit / 2 for limit in limits), 1, "1"]
    return values


def _usual(leaf: Past) -> int:
    if isinstance(leaf, Regularly):
        return leaf.n * leaf.in_at_least
    return leaf.n if isinstance(leaf, Did) else 2


def _put(tree: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for part in path[:-1]:
        inner = tree.get(part)
        tree[part] = tree = inner if isinstance(inner, dict) else {}
    tree[path[-1]] = value


def _values(leaves: Iterable[Condition]) -> _Values:
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
