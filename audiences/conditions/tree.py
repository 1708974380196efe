"""The parsed condition: what every node can do, and the three combinators."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from audiences.conditions.facts import Facts, Needs
from audiences.conditions.verdict import Verdict

Predicate = Callable[[Facts], bool]


class Condition(ABC):
    """One node of a condition. Nodes are immutable; parse makes them, nothing else should."""

    __slots__ = ()
    what: ClassVar[str]
    children: tuple["Condition", ...] = ()

    @abstractmethod
    def judge(self, facts: Facts) -> Verdict:
        """Return the verdict with every part of it judged, so that each can be shown."""

    @abstractmethod
    def predicate(self) -> Predicate:
        """Return the quick form of `judge`: the same answer, nothing explained, parts left out where it can."""

    @abstractmethod
    def as_json(self) -> dict[str, Any]:
        """Return the condition as it is written in a definition, in its canonical form."""

    def needs(self) -> Needs:
        """Return which facts are read."""
        total = Needs()
        for child in self.children:
            total |= child.needs()
        return total

    def opens(self) -> frozenset[str]:
        """Return the names of the past events of which more is read than the time: properties, order."""
        return frozenset[str]().union(*(child.opens() for child in self.children))

    def next_change(self, facts: Facts) -> datetime | None:
        """Return the next instant at which time alone may turn the answer, None if it never does."""
        return earliest(child.next_change(facts) for child in self.children)

    def is_timed(self) -> bool:
        """Return whether time alone may ever turn the answer."""
        return any(child.is_timed() for child in self.children)

    def leaves(self) -> Iterator["Condition"]:
        """Yield the leaves from left to right."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()


def earliest(instants: Iterator[datetime | None]) -> datetime | None:
    """Return the first in time, None if there is none."""
    return min((found for found in instants if found is not None), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class All(Condition):
    """Holds where every child holds."""

    what: ClassVar[str] = "all"
    children: tuple[Condition, ...]

    def judge(self, facts: Facts) -> Verdict:
        parts = tuple(child.judge(facts) for child in self.children)
        return Verdict(held=all(part.held for part in parts), what=self.what, children=parts)

    def predicate(self) -> Predicate:
        parts = tuple(child.predicate() for child in self.children)
        if len(parts) == 2:
            first, second = parts
            return lambda facts: first(facts) and second(facts)

        def test(facts: Facts) -> bool:
            for part in parts:  # noqa: SIM110 - a generator costs twice as much, and this runs for every event
                if not part(facts):
                    return False
            return True

        return test

    def as_json(self) -> dict[str, Any]:
        return {self.what: [child.as_json() for child in self.children]}


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf(Condition):
    """Holds where at least one child holds."""

    what: ClassVar[str] = "any"
    children: tuple[Condition, ...]

    def judge(self, facts: Facts) -> Verdict:
        parts = tuple(child.judge(facts) for child in self.children)
        return Verdict(held=any(part.held for part in parts), what=self.what, children=parts)

    def predicate(self) -> Predicate:
        parts = tuple(child.predicate() for child in self.children)
        if len(parts) == 2:
            first, second = parts
            return lambda facts: first(facts) or second(facts)

        def test(facts: Facts) -> bool:
            for part in parts:  # noqa: SIM110 - as above
                if part(facts):
                    return True
            return False

        return test

    def as_json(self) -> dict[str, Any]:
        return {self.what: [child.as_json() for child in self.children]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Not(Condition):
    """Holds where its only child does not."""

    what: ClassVar[str] = "not"
    child: Condition

    @property
    def children(self) -> tuple[Condition, ...]:  # type: ignore[override]
        return (self.child,)

    def judge(self, facts: Facts) -> Verdict:
        inner = self.child.judge(facts)
        return Verdict(held=not inner.held, what=self.what, children=(inner,))

    def predicate(self) -> Predicate:
        inner = self.child.predicate()
        return lambda facts: not inner(facts)

    def as_json(self) -> dict[str, Any]:
        return {self.what: self.child.as_json()}
