"""The lines of the outline: each node with what it says, what is wrong with it, and where its ways lead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from campaigns.flows.canvas.ports import port_text, ports, target
from campaigns.flows.canvas.shaping import in_order, nodes_of
from campaigns.flows.canvas.telling import said
from campaigns.flows.labels import label_of_node
from config.kit.labels import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class WayLine:
    """One way out: when it is taken, where it leads."""

    port: str
    text: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeLine:
    """One node of the outline."""

    name: str
    label: Label
    text: str
    ways: tuple[WayLine, ...]
    faults: Sequence[str]
    seats: tuple[tuple[str, str], ...]
    """Where it can be moved to: the value of the choice and its words."""


def lines(definition: Mapping[str, Any], wrong: Mapping[str, Sequence[str]]) -> list[NodeLine]:
    """Return the nodes in the order in which people may meet them."""
    nodes = nodes_of(definition)
    order = in_order(definition)
    seats = [(name, port, port_text(nodes[name], port)) for name in order for port in ports(nodes[name])]
    return [
        NodeLine(
            name=name,
            label=label_of_node(str(nodes[name].get("do", ""))),
            text=said(nodes[name]),
            ways=tuple(_ways(nodes[name])),
            faults=wrong.get(name, ()),
            seats=tuple((f"{at}|{port}", f"{at} {text}".strip()) for at, port, text in seats if at != name),
        )
        for name in order
    ]


def _ways(node: Mapping[str, Any]) -> list[WayLine]:
    return [WayLine(port=port, text=port_text(node, port), to=target(node, port)) for port in ports(node)]
