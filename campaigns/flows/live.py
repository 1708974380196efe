"""The live part of a flow's page: its outline with the runs at each node now."""

from datetime import timedelta
from typing import Any, Final

from django.template.loader import render_to_string

from campaigns.flows import lookups
from campaigns.flows.definitions import newest_version
from campaigns.flows.models import Flow, FlowVersion
from campaigns.flows.wording import outline
from compliance.access.console import ConsoleRequest
from config.kit import clock, live

RECENT: Final = timedelta(days=7)


def connect() -> None:
    """Register the parts; called once, when the app is ready."""
    live.register("flow", flow_outline)


def flow_outline(request: ConsoleRequest, key: str) -> str:
    """Write the outline of the flow with this key; nothing if there is none."""
    found = lookups.find_flow(request.workspace.pk, key)
    if found is None:
        return ""
    return render_to_string("flows/flow.html#outline", {"flow": found, "nodes": nodes_now(found)})


def shown_version(flow: Flow) -> FlowVersion | None:
    """Return the version that a flow's page tells of: the live one, of a draft the newest."""
    return flow.live or newest_version(flow)


def nodes_now(flow: Flow) -> Any:
    """Return the flow's nodes with how many runs are at each now, and how many passed it lately."""
    version = shown_version(flow)
    return outline(
        version.definition if version else {},
        inside=lookups.inside_by_node(flow),
        passed=lookups.passed_by_node(flow, since=clock.now() - RECENT),
    )
