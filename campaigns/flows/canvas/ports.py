"""The ways out of a node as places in its definition: named, followed, led elsewhere."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

Raw = Mapping[str, Any]
PORTS: Final[Mapping[str, tuple[str, ...]]] = {"wait_until": ("next", "on_timeout"), "branch": ("else",), "exit": ()}
"""The fixed ways out by kind; any other kind has `next`. Cases and arms come from the node itself, before them."""
LISTS: Final = ("cases", "arms")
TEXTS: Final[dict[str, str | Promise]] = {
    "next": _("then"),
    "on_timeout": _("when time runs out"),
    "else": _("else"),
}


def ports(node: Raw) -> Iterator[str]:
    """Yield the ports of a node in the order in which they are tried, as paths: `cases/0/next`, `else`, `next`."""
    for name in LISTS:
        items = node.get(name)
        yield from (f"{name}/{place}/next" for place in range(len(items) if isinstance(items, list) else 0))
    kind = node.get("do")
    fixed = PORTS.get(kind, ("next",)) if isinstance(kind, str) else ("next",)
    yield from (() if "arms" in node else fixed)


def target(node: Raw, port: str) -> str:
    """Return where a port leads; empty where it leads nowhere yet."""
    holder, key = _holder(node, port)
    found = holder.get(key, "")
    return found if isinstance(found, str) else ""


def led(node: Raw, port: str, to: str) -> dict[str, Any]:
    """Return the node with a port leading to `to`; to nowhere where that is empty."""
    name, _slash, rest = port.partition("/")
    if not rest:
        return {key: value for key, value in node.items() if key != port} | ({port: to} if to else {})
    place = int(rest.partition("/")[0])
    items = [led(item, "next", to) if at == place else item for at, item in enumerate(node[name])]
    return {**node, name: items}


def port_text(node: Raw, port: str) -> str:
    """Say when a port is taken."""
    name, _slash, rest = port.partition("/")
    if not rest:
        return "" if port == "next" and node.get("do") != "wait_until" else str(TEXTS.get(port, port))
    number = int(rest.partition("/")[0])
    if name == "arms":
        return str(_part(node["arms"][number]).get("weight", ""))
    return gettext("case %(number)s") % {"number": number + 1}


def _holder(node: Raw, port: str) -> tuple[Raw, str]:
    name, _slash, rest = port.partition("/")
    if not rest:
        return node, name
    items, place = node.get(name), int(rest.partition("/")[0])
    return (_part(items[place]) if isinstance(items, list) and place < len(items) else {}), "next"


def _part(item: Any) -> Raw:
    return item if isinstance(item, Mapping) else {}
