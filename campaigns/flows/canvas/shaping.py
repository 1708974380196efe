"""What can be done to the graph of a draft: add, move, delete a node, lead a way elsewhere. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from campaigns.flows.canvas.ports import led, ports, target
from config.kit.errors import refuse
from config.kit.phrases import phrase

Definition = Mapping[str, Any]
STARTS: Final[Mapping[str, dict[str, Any]]] = {
    "wait": {"do": "wait", "for": "1d"},
    "wait_until": {"do": "wait_until", "timeout": "3d"},
    "branch": {"do": "branch", "cases": [{}]},
    "send": {"do": "send", "channel": "email", "purpose": "marketing"},
    "exit": {"do": "exit"},
}
"""How a node of each kind begins; what it lacks is told as a problem of the draft until it is filled in."""


def nodes_of(definition: Definition) -> dict[str, Any]:
    """Return the nodes of a draft by name."""
    nodes = definition.get("nodes")
    given = nodes if isinstance(nodes, Mapping) else {}
    return {name: node for name, node in given.items() if isinstance(node, Mapping)}


def in_order(definition: Definition) -> list[str]:
    """Return the nodes in the order in which people may meet them; those that nothing leads to come last."""
    nodes, found = nodes_of(definition), dict[str, None]()
    waiting = [str(definition.get("first", ""))]
    while waiting:
        name = waiting.pop()
        if name in nodes and name not in found:
            found[name] = None
            waiting += reversed([target(nodes[name], port) for port in ports(nodes[name])])
    return [*found, *(name for name in nodes if name not in found)]


def added(definition: Definition, kind: str, *, after: str, port: str) -> tuple[dict[str, Any], str]:
    """Return the draft with a new node on a port (without `after`: in front of the first), and the node's name."""
    if kind not in STARTS:
        raise refuse("/do", phrase("there is no node of the kind %(kind)s", kind=kind))
    name = _free_name(nodes_of(definition), kind)
    return _inserted(definition, name, STARTS[kind], after=after, port=port), name


def moved(definition: Definition, name: str, *, after: str, port: str) -> dict[str, Any]:
    """Return the draft with a node taken out of its place and put on another port; its settings stay."""
    nodes = nodes_of(definition)
    if name not in nodes or name == after:
        raise refuse("/nodes", phrase("there is no node %(name)s to move there", name=name))
    ways = list(ports(nodes[name]))
    loose = led(nodes[name], ways[0], "") if ways else dict(nodes[name])
    return _inserted(dropped(definition, name), name, loose, after=after, port=port)


def dropped(definition: Definition, name: str) -> dict[str, Any]:
    """Return the draft without a node; what led to it leads to what came first after it."""
    nodes = nodes_of(definition)
    if name not in nodes:
        raise refuse("/nodes", phrase("there is no node %(name)s", name=name))
    gone = nodes.pop(name)
    heir = next((to for port in ports(gone) if (to := target(gone, port)) and to != name), "")
    kept = {each: _passed_on(node, name, heir) for each, node in nodes.items()}
    first = heir if definition.get("first") == name else definition.get("first", "")
    return {**definition, "nodes": kept, "first": first or next(iter(kept), "")}


def connected(definition: Definition, name: str, port: str, to: str) -> dict[str, Any]:
    """Return the draft with one way leading elsewhere, or nowhere."""
    nodes = nodes_of(definition)
    if name not in nodes or port not in ports(nodes[name]) or (to and to not in nodes):
        raise refuse("/nodes", phrase("there is no such way from %(name)s", name=name))
    return {**definition, "nodes": {**nodes, name: led(nodes[name], port, to)}}


def _inserted(definition: Definition, name: str, node: Mapping[str, Any], *, after: str, port: str) -> dict[str, Any]:
    nodes = nodes_of(definition)
    if not after:
        first = str(definition.get("first", ""))
        return {**definition, "nodes": {**nodes, name: _onwards(node, first)}, "first": name}
    if after not in nodes or port not in ports(nodes[after]):
        raise refuse("/nodes", phrase("there is no such way from %(name)s", name=after))
    onwards = _onwards(node, target(nodes[after], port))
    return {**definition, "nodes": {**nodes, after: led(nodes[after], port, name), name: onwards}}


def _onwards(node: Mapping[str, Any], to: str) -> dict[str, Any]:
    """Return a node whose first open way leads to `to`."""
    ways = [port for port in ports(node) if not target(node, port)]
    if node.get("do") == "branch":  # what is not sorted out goes on as before
        ways = ["else"]
    return led(node, ways[0], to) if ways and to else dict(node)


def _passed_on(node: Mapping[str, Any], gone: str, heir: str) -> dict[str, Any]:
    for port in ports(node):
        if target(node, port) == gone:
            node = led(node, port, heir)
    return dict(node)


def _free_name(nodes: Mapping[str, Any], kind: str) -> str:
    taken, number = set(nodes), 1
    stem = kind.replace("_", "-")
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"
