"""Finds the rules and flows that read a segment, for those who want to change or archive it."""

from collections.abc import Iterator

from audiences.segments.usage import Use
from campaigns.flows.definitions import newest_versions
from campaigns.flows.engine.checks import references
from campaigns.flows.engine.parse import parse_flow
from campaigns.flows.models import Flow, FlowVersion
from campaigns.rules.form import parse_rule
from campaigns.rules.models import Rule


def rules_reading(workspace_id: int, key: str) -> Iterator[Use]:
    """Yield the rules in use whose conditions read the segment."""
    rows = Rule.objects.filter(workspace_id=workspace_id, live__isnull=False).select_related("live").order_by("key")
    for rule in rows:
        form = parse_rule(rule.live.definition) if rule.live else None
        conditions = {"if": form.condition, "unless": form.unless} if form else {}
        for part, condition in conditions.items():
            if condition is not None and key in condition.needs().segments:
                yield Use(kind="rule", key=rule.key, name=rule.name, where=part)


def flows_reading(workspace_id: int, key: str) -> Iterator[Use]:
    """Yield the flows whose live or newest version reads the segment; stopped ones no longer count."""
    flows = Flow.objects.filter(workspace_id=workspace_id).exclude(state=Flow.State.STOPPED).order_by("key")
    newest = newest_versions(flows)
    for flow in flows.select_related("live"):
        versions = {version.pk: version for version in (flow.live, newest.get(flow.pk)) if version is not None}
        place = next((found for version in versions.values() if (found := _place(version, key))), "")
        if place:
            yield Use(kind=flow.kind, key=flow.key, name=flow.name, where=place)


def _place(version: FlowVersion, key: str) -> str:
    graph = parse_flow(version.definition)
    return next((r.who for r in references(graph) if r.kind == "segment" and r.key == key), "")
