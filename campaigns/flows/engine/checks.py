"""What must be true of a graph before people may enter it; each problem names its node."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from audiences.conditions import Condition, needs
from campaigns.flows.engine.graph import Await, Branch, Delay, Graph, Node, Send, Split, Until
from campaigns.flows.engine.shape import nearest, pointer
from config.kit.errors import Problem
from config.kit.phrases import phrase

_TARGET_KEYS: Final[Mapping[type[Node], tuple[str, ...]]] = {
    Delay: ("next",),
    Until: ("next",),
    Await: ("next", "on_timeout"),
    Send: ("next",),
}


def check(graph: Graph) -> list[Problem]:
    """Return the problems of the graph by itself: unknown targets, unreachable nodes, loops without a wait."""
    unknown = list(_unknown_targets(graph))
    if graph.first not in graph.nodes:
        hint = nearest(graph.first, graph.nodes)
        unknown.append(
            Problem(
                path="/first",
                message=phrase("there is no node %(name)s to start at", name=repr(graph.first)),
                hint=hint,
            )
        )
    # Where targets are missing, what can be reached is not known yet.
    return unknown or [*_unreachable(graph), *_loops(graph)]


def _unknown_targets(graph: Graph) -> Iterator[Problem]:
    for node in graph.nodes.values():
        for path, target in _targets(node):
            if target not in graph.nodes:
                yield Problem(
                    path=path,
                    message=phrase(
                        "node %(name)s leads to %(to)s, which does not exist", name=repr(node.name), to=repr(target)
                    ),
                    hint=nearest(target, graph.nodes),
                )


def _targets(node: Node) -> Iterator[tuple[str, str]]:
    """Yield each place in the definition that names a following node."""
    path = pointer("/nodes", node.name)
    if isinstance(node, Branch):
        for index, case in enumerate(node.cases):
            yield pointer(path, "cases", index, "next"), case.next
        yield pointer(path, "else"), node.otherwise
        return
    if isinstance(node, Split):
        yield from ((pointer(path, "arms", index, "next"), arm.next) for index, arm in enumerate(node.arms))
        return
    for key, target in zip(_TARGET_KEYS.get(type(node), ()), node.targets, strict=True):
        yield pointer(path, key), target


def _unreachable(graph: Graph) -> Iterator[Problem]:
    seen, frontier = {graph.first}, [graph.first]
    while frontier:
        for target in graph.nodes[frontier.pop()].targets:
            if target not in seen:
                seen.add(target)
                frontier.append(target)
    for name in graph.nodes:
        if name not in seen:
            yield Problem(
                path=pointer("/nodes", name),
                message=phrase("node %(name)s cannot be reached", name=repr(name)),
                hint=phrase("lead another node to it, or take it out"),
            )


def _takes_time(node: Node) -> bool:
    """Say whether every passage takes time; an open window or a true condition is passed at once."""
    return isinstance(node, Delay) or (isinstance(node, Until) and node.at is not None)


def _loops(graph: Graph) -> Iterator[Problem]:
    """Yield a problem for each loop that could be gone round in no time at all."""
    done: set[str] = set()
    for start in graph.nodes:
        loop = _loop_from(graph, start, done)
        if loop:
            yield Problem(
                path=pointer("/nodes", loop[0]),
                message=phrase(
                    "node %(name)s is in a loop without a wait: %(way)s",
                    name=repr(loop[0]),
                    way=" → ".join([*loop, loop[0]]),
                ),
                hint=phrase("put a wait with for, or until a time, into the loop"),
            )


def _loop_from(graph: Graph, start: str, done: set[str]) -> list[str]:
    """Return a loop without a wait that is met going on from `start` past unfinished nodes, or nothing."""
    path: list[str] = []
    trails: list[Iterator[str]] = [iter((start,))]
    while trails:
        name = next(trails[-1], None)
        if name is None:
            trails.pop()
            if path:
                done.add(path.pop())
        elif name in path:
            done.update(path)
            return path[path.index(name) :]
        elif name not in done and not _takes_time(graph.nodes[name]):
            path.append(name)
            trails.append(iter(graph.nodes[name].targets))
    return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Something that the graph names and that must exist: a template, a channel or a segment; `who` names it there."""

    kind: str
    key: str
    path: str
    who: str


def references(graph: Graph) -> Iterator[Reference]:
    """Yield all that the graph refers to."""
    for node in graph.nodes.values():
        path, who = pointer("/nodes", node.name), phrase("node %(name)s", name=repr(node.name))
        if isinstance(node, Send):
            yield Reference(kind="channel", key=node.channel, path=pointer(path, "channel"), who=who)
            yield Reference(kind="template", key=node.template, path=pointer(path, "template"), who=who)
        for place, condition in _conditions(node):
            yield from _segments(condition, pointer(path, *place), who)
    if graph.entry.segment:
        yield Reference(kind="segment", key=graph.entry.segment, path="/entry/segment", who="entry")
    yield from _segments(graph.entry.condition, "/entry/if", "entry")
    for index, rule in enumerate(graph.exits):
        yield from _segments(rule.when, pointer("/exit", index, "when"), "exit")


def _segments(condition: Condition | None, path: str, who: str) -> Iterator[Reference]:
    if condition is not None:
        for key in sorted(needs(condition).segments):
            yield Reference(kind="segment", key=key, path=path, who=who)


def _conditions(node: Node) -> Iterator[tuple[tuple[str | int, ...], Condition | None]]:
    if isinstance(node, Branch):
        yield from ((("cases", index, "if"), case.condition) for index, case in enumerate(node.cases))
    if isinstance(node, Await):
        yield ("if",), node.condition
        yield ("event",), node.event
