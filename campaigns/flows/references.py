"""Whether what a flow refers to exists: channels, templates (of that channel) and segments."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from django.utils.translation import gettext_noop

from audiences.segments.keys import existing_keys
from campaigns.delivery.channels.registry import channels
from campaigns.flows.engine.checks import Reference, references
from campaigns.flows.engine.graph import Graph, Send
from campaigns.flows.engine.shape import nearest, pointer
from config.kit.errors import Problem
from config.kit.phrases import phrase
from content.library.templates import channels_of_templates

Known = Mapping[str, Mapping[str, str]]
"""By kind, the keys that there are; a template's value is its channels, by commas."""


_MISSING: Final = {
    "channel": gettext_noop("%(who)s: there is no channel %(key)s"),
    "template": gettext_noop("%(who)s: there is no template %(key)s"),
    "segment": gettext_noop("%(who)s: there is no segment %(key)s"),
}


def unresolved(workspace_id: int, graph: Graph) -> Sequence[Problem]:
    """Return a problem for each reference that leads nowhere, with the node that makes it."""
    wanted = list(references(graph))
    known = _known(workspace_id, {r.key for r in wanted if r.kind == "segment"})
    missing = [_problem(reference, known) for reference in wanted if reference.key not in known[reference.kind]]
    return [*missing, *_wrong_channels(graph, known)]


def _known(workspace_id: int, segments: Collection[str]) -> Known:
    return {
        "channel": dict.fromkeys(channels(), ""),
        "template": channels_of_templates(workspace_id),
        "segment": dict.fromkeys(existing_keys(workspace_id, segments), ""),
    }


def _problem(reference: Reference, known: Known) -> Problem:
    otherwise = phrase("define it before publishing the flow")
    return Problem(
        path=reference.path,
        message=phrase(_MISSING[reference.kind], who=reference.who, key=repr(reference.key)),
        hint=nearest(reference.key, known[reference.kind], otherwise=otherwise),
    )


def _wrong_channels(graph: Graph, known: Known) -> Iterator[Problem]:
    for node in graph.nodes.values():
        made_for = known["template"].get(node.template) if isinstance(node, Send) else None
        if isinstance(node, Send) and made_for is not None and node.channel not in made_for.split(","):
            channel = made_for.split(",")[0]
            yield Problem(
                path=pointer("/nodes", node.name, "template"),
                message=f"node {node.name!r}: template {node.template!r} is for {made_for}, not for {node.channel}",
                hint=f'choose a template for {node.channel}, or write "channel": "{channel}"',
            )
