"""The leaf about how long something has been true of a trait without a break: `held`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, ClassVar, Final

from audiences.conditions import durations
from audiences.conditions.comparisons import Trait
from audiences.conditions.facts import Facts, Needs
from audiences.conditions.past import first_turn
from audiences.conditions.tree import Condition, Predicate
from audiences.conditions.verdict import Verdict

FORMS: Final = ("at_least", "less_than")
DAWN: Final = datetime(1, 1, 1, tzinfo=UTC)
"""Since when what was never told has been so, where nobody knows since when the person is known."""
_DUSK: Final = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(Condition):
    """The trait leaf is true, and has been so without a break for at least, or for less than, `duration`.

    What a trait was is known from the event times at which it was told, whatever the order of arrival. Before it was
    first told it was missing; before the person was first seen there is nothing.
    """

    what: ClassVar[str] = "held"
    leaf: Trait
    form: str
    duration: timedelta

    def holds(self, facts: Facts) -> bool:
        since = self.since(facts)
        if since is None:
            return False
        return (facts.now - since >= self.duration) is (self.form == "at_least")

    def predicate(self) -> Predicate:
        return self.holds

    def is_timed(self) -> bool:
        return True

    @property
    def top(self) -> str:
        """The first part of the trait's name: what is told as a whole."""
        return self.leaf.name.partition(".")[0]

    def since(self, facts: Facts) -> datetime | None:
        """Return since when the leaf has been true, None if it is not."""
        since = None
        for at, tree in self._moments(facts, until=facts.now):
            since = (since or at) if self.leaf.holds_in(tree, now=at) else None
        return since

    def _moments(self, facts: Facts, *, until: datetime) -> Iterator[tuple[datetime, dict[str, Any]]]:
        """Yield the instants up to `until` at which the answer may have turned, and the trait from there on."""
        told = [(fact.at, {self.top: fact.value}) for fact in facts.told.get(self.top, ())]
        told.insert(0, (facts.first_seen or DAWN, {}))
        for (start, tree), (end, _) in pairwise([*told, (_DUSK, {})]):
            if start <= until and start < end:
                yield start, tree
                turn = self.leaf.change_in(tree, now=start)
                if turn is not None and turn < end and turn <= until:
                    yield turn, tree

    def judge(self, facts: Facts) -> Verdict:
        since = self.since(facts)
        return Verdict(
            held=self.holds(facts),
            what=self.what,
            name=self.leaf.name,
            op=self.form,
            limit=durations.write(self.duration),
            actual=None if since is None else since.isoformat(),
            missing=since is None,
            leaf=self.as_json(),
        )

    def needs(self) -> Needs:
        return Needs(traits=frozenset((self.leaf.name,)), told=frozenset((self.top,)))

    def next_change(self, facts: Facts) -> datetime | None:
        return first_turn(self.holds, facts, self._instants(facts))

    def _instants(self, facts: Facts) -> Iterator[datetime]:
        for at, _ in self._moments(facts, until=facts.now + durations.LONGEST):
            yield at
            yield at + self.duration

    def as_json(self) -> dict[str, Any]:
        return {self.what: self.leaf.as_json(), "for": {self.form: durations.write(self.duration)}}
