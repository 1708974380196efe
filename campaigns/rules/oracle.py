"""The rules as the interpreter judges them: the oracle of the compilation, and its stand-in after a fault."""

from collections.abc import Sequence

from audiences.conditions import EventFact, Facts
from audiences.conditions.tree import Predicate
from audiences.conditions.values import nfc
from campaigns.rules.compile import Clause, by_event_name


class Interpreter:
    """Answers exactly as a `Program` of the same clauses must."""

    def __init__(self, clauses: Sequence[Clause]) -> None:
        self._shards = {
            name: [(clause.id, _predicate(clause)) for clause in of_name]
            for name, of_name in by_event_name(clauses).items()
        }

    @property
    def event_names(self) -> frozenset[str]:
        """The names of the events to which some clause listens."""
        return frozenset(self._shards)

    def match(self, event: EventFact, facts: Facts) -> frozenset[int]:
        """Return the ids of the clauses that match `event`."""
        return frozenset(ident for ident, holds in self._shards.get(nfc(event.name), ()) if holds(facts))


def _predicate(clause: Clause) -> Predicate:
    return _always if clause.condition is None else clause.condition.predicate()


def _always(_facts: Facts) -> bool:
    return True
