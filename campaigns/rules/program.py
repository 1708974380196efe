"""A rule set ready to run: which rule versions match an event, asked of durable_rules without leaving a trace in it.

A program belongs to the process and the thread that built it. Build it after the fork, swap it between batches, and
retire it when it is replaced, or the library keeps its memory.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Final

from audiences.conditions import EventFact, Facts
from audiences.conditions.values import nfc
from campaigns.rules import engine
from campaigns.rules.compile import Clause, compile_rules
from campaigns.rules.oracle import Interpreter
from campaigns.rules.sheets import Layout

logger = logging.getLogger(__name__)
MOST_CHOICES: Final = 1_000
"""Sets of rulesets whose list is kept."""
_NONE: Final[frozenset[int]] = frozenset()


class Program:
    """The compiled rules of one workspace."""

    def __init__(self, clauses: Sequence[Clause]) -> None:
        self._interpreter = Interpreter(clauses)
        self._shards = {
            name: tuple(_Sheet(layout) for layout in layouts) for name, layouts in compile_rules(clauses).items()
        }
        self.faults = 0

    @property
    def event_names(self) -> frozenset[str]:
        """The names of the events on which some rule may match."""
        return frozenset(self._shards)

    def match(self, event: EventFact, facts: Facts) -> frozenset[int]:
        """Return the ids of the rule versions that match `event`, whose facts are `facts`."""
        name = event.name if event.name in self._shards else nfc(event.name)
        sheets = self._shards.get(name)
        if sheets is None:
            return _NONE
        try:
            found = [sheet.match(facts) for sheet in sheets]
        except engine.EngineFault:
            return self._mend(name, event, facts)
        return found[0] if len(found) == 1 else _NONE.union(*found)

    def retire(self) -> None:
        """Give the library's memory back; the program matches nothing afterwards."""
        for sheet in (sheet for sheets in self._shards.values() for sheet in sheets):
            sheet.retire()
        self._shards = {}

    def _mend(self, name: str, event: EventFact, facts: Facts) -> frozenset[int]:
        """Let the interpreter answer, and build the event name's rulesets anew: what a fault leaves is not trusted."""
        self.faults += 1
        logger.exception("the rule engine reported an error on %s; the interpreter answered", name)
        for sheet in self._shards[name]:
            sheet.rebuild()
        return self._interpreter.match(event, facts)


class _Sheet:
    """Rulesets that read the same facts."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._readers = layout.readers
        self._owners: Mapping[str, tuple[int, ...]] = layout.owners
        self._all = (1 << len(layout.rulesets)) - 1
        self._handles: list[int] = []
        self._build()

    def match(self, facts: Facts) -> frozenset[int]:
        possible, parts = self._all, [engine.HEAD]
        for read in self._readers:
            part, still = read(facts)
            possible &= still
            if not possible:
                return _NONE
            parts.append(part)
        parts.append("}")
        found: list[str] = []
        engine.collect(self._that_may(possible), "".join(parts), found)
        if not found:
            return _NONE
        owners = self._owners
        return frozenset([version for branch in found for version in owners[branch]])

    def rebuild(self) -> None:
        self.retire()
        self._build()

    def retire(self) -> None:
        for handle in self._handles:
            engine.retire(handle)
        self._handles = []

    def _build(self) -> None:
        self._handles = [engine.build(branches) for branches in self._layout.rulesets]
        self._chosen: dict[int, list[int]] = {}

    def _that_may(self, possible: int) -> list[int]:
        """Return the rulesets that the bits of `possible` name."""
        handles = self._chosen.get(possible)
        if handles is None:
            handles = [handle for number, handle in enumerate(self._handles) if possible >> number & 1]
            if len(self._chosen) < MOST_CHOICES:
                self._chosen[possible] = handles
        return handles
