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
MOST_REMEMBERED: Final = 20_000
"""Facts whose answer is kept: equal codes have equal answers, for there is no state."""
_NONE: Final[frozenset[int]] = frozenset()


class Program:
    """The compiled rules of one workspace."""

    def __init__(self, clauses: Sequence[Clause], *, remembered: int = MOST_REMEMBERED) -> None:
        self._interpreter = Interpreter(clauses)
        shards = compile_rules(clauses)
        self._shards = {name: tuple(_Sheet(layout) for layout in layouts) for name, layouts in shards.items()}
        self._answers: dict[str, dict[str, frozenset[int]]] = {name: {} for name in shards}
        self._room = remembered // max(1, len(shards))
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
        texts = [sheet.fact(facts) for sheet in sheets]
        answers, key = self._answers[name], "".join(texts)
        known = answers.get(key)
        if known is not None:
            return known
        try:
            answer = frozenset().union(*(sheet.match(text) for sheet, text in zip(sheets, texts, strict=True)))
        except engine.EngineFault:
            return self._mend(name, event, facts)
        if len(answers) >= self._room:
            answers.clear()
        if self._room:
            answers[key] = answer
        return answer

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
        self._handles = [engine.build(branches) for branches in layout.rulesets]

    def fact(self, facts: Facts) -> str:
        return "".join([engine.HEAD, *[read(facts) for read in self._readers], "}"])

    def match(self, fact: str) -> set[int]:
        found: list[str] = []
        engine.collect(self._handles, fact, found)
        owners = self._owners
        return {version for branch in found for version in owners[branch]}

    def rebuild(self) -> None:
        self.retire()
        self._handles = [engine.build(branches) for branches in self._layout.rulesets]

    def retire(self) -> None:
        for handle in self._handles:
            engine.retire(handle)
        self._handles = []
