"""Tells lower rooms how to find what they refer to but may not import, and lets rooms hear what others tell."""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from audiences.segments import usage
from audiences.segments.keys import existing_keys
from audiences.segments.previews import register_channel
from campaigns.actions.webhooks.endpoints import endpoints, existing_endpoints
from campaigns.delivery.channels.base import AddressRefused, Channel
from campaigns.delivery.channels.registry import INSTALLED
from campaigns.delivery.exits import check_with
from campaigns.flows import live as live_flows
from campaigns.flows.lateness import longest_lateness
from campaigns.flows.leaving import leaving
from campaigns.flows.merging import listen_to_people
from campaigns.flows.models import Flow
from campaigns.flows.waking import listen_to_deliveries
from campaigns.overview import beginnings, notices  # noqa: F401  beginnings registers its kind of job
from campaigns.overview import live as live_home
from campaigns.rules import merging, references
from campaigns.rules.publishing import lateness, replays  # noqa: F401  replays registers its kind of job
from campaigns.segment_uses import flows_reading, rules_reading
from campaigns.template_uses import flows_sending, subject
from content.library import usage as template_usage


def connect() -> None:
    """Register the finders and listeners; called once, when the app is ready."""
    references.register("flow", _flows, lister=_flow_names)
    references.register("segment", existing_keys)
    references.register("endpoint", existing_endpoints, lister=_endpoint_names)
    lateness.register(longest_lateness)
    usage.register("rule", rules_reading)
    usage.register("flow", flows_reading)
    for channel in INSTALLED.values():
        register_channel(channel.slug, partial(_address, channel))
    template_usage.register("flow", flows_sending)
    template_usage.register_people(subject)
    listen_to_people()
    merging.listen_to_people()
    listen_to_deliveries()
    check_with(leaving)
    notices.connect()
    live_flows.connect()
    live_home.connect()


def _flows(workspace_id: int, keys: Collection[str]) -> Collection[str]:
    return set(Flow.objects.filter(workspace_id=workspace_id, key__in=keys).values_list("key", flat=True))


def _flow_names(workspace_id: int) -> Mapping[str, str]:
    return dict(Flow.objects.filter(workspace_id=workspace_id).order_by("name").values_list("key", "name"))


def _endpoint_names(workspace_id: int) -> Mapping[str, str]:
    return dict(endpoints(workspace_id).order_by("key").values_list("key", "url"))


def _address(channel: Channel, traits: Mapping[str, Any]) -> str:
    try:
        return channel.check_address(traits)
    except AddressRefused:
        return ""
