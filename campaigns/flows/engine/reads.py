"""What a flow reads: which facts its conditions need, and which changes make a run worth looking at."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce

from audiences.conditions import Condition, Needs, needs
from campaigns.flows.engine.graph import Await, Branch, Graph, Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    """The names whose changes concern a run at once: events, traits (their first part) and segments."""

    events: frozenset[str] = frozenset()
    traits: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()

    def __or__(self, other: "Reads") -> "Reads":
        return Reads(
            events=self.events | other.events,
            traits=self.traits | other.traits,
            segments=self.segments | other.segments,
        )

    def meets(self, other: "Reads") -> bool:
        """Say whether anything of `other` is read."""
        return bool(self.events & other.events or self.traits & other.traits or self.segments & other.segments)


def entry_needs(graph: Graph) -> Needs:
    """Return the facts that the entry condition reads."""
    return needs(graph.entry.condition) if graph.entry.condition is not None else Needs()


def run_needs(graph: Graph) -> Needs:
    """Return the facts that any node or exit condition of the flow reads."""
    return reduce(Needs.__or__, (needs(c) for c in _conditions(graph)), Needs())


def since_entry(graph: Graph, *, window: timedelta) -> Needs:
    """Return the need for the exit, goal and awaited events of the last `window`."""
    names = set(watched_events(graph))
    for node in graph.nodes.values():
        if isinstance(node, Await) and node.event is not None:
            names |= needs(node.event).named
    return Needs(event_names=dict.fromkeys(sorted(names), window))


def watched_events(graph: Graph) -> frozenset[str]:
    """Return the names of the events that end the run or reach its goal."""
    return graph.exit_events | ({graph.goal.event} if graph.goal is not None else frozenset())


def run_reads(graph: Graph, node: str) -> Reads:
    """Return what concerns a run that stands at `node`."""
    exits = (rule.when for rule in graph.exits if rule.when is not None)
    return Reads(events=watched_events(graph)) | _of(exits) | _at(graph.nodes.get(node))


def flow_reads(graph: Graph) -> Reads:
    """Return what concerns a run wherever it stands."""
    return reduce(Reads.__or__, (run_reads(graph, node) for node in graph.nodes), run_reads(graph, ""))


def _at(node: Node | None) -> Reads:
    if not isinstance(node, Await):
        return Reads()
    awaited = needs(node.event).named if node.event is not None else frozenset()
    return Reads(events=awaited) | _of([node.condition] if node.condition is not None else [])


def _of(conditions: Iterable[Condition]) -> Reads:
    found = reduce(Needs.__or__, (needs(c) for c in conditions), Needs())
    return Reads(
        events=frozenset(found.event_names),
        traits=frozenset(name.split(".", 1)[0] for name in found.traits),
        segments=found.segments,
    )


def _conditions(graph: Graph) -> Iterator[Condition]:
    yield from (rule.when for rule in graph.exits if rule.when is not None)
    for node in graph.nodes.values():
        if isinstance(node, Branch):
            yield from (case.condition for case in node.cases)
        if isinstance(node, Await):
            yield from (c for c in (node.condition, node.event) if c is not None)
