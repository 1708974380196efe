"""Finds the flows that send a template, and the people whom a template is previewed for."""

from collections.abc import Iterator

from audiences.people.lookups import name_of, person_called
from campaigns.flows.definitions import newest_versions
from campaigns.flows.engine.checks import references
from campaigns.flows.engine.parse import parse_flow
from campaigns.flows.models import Flow, FlowVersion
from content.library.usage import Subject, Use


def flows_sending(workspace_id: int, key: str) -> Iterator[Use]:
    """Yield the flows whose live or newest version sends the template; stopped ones no longer count."""
    flows = Flow.objects.filter(workspace_id=workspace_id).exclude(state=Flow.State.STOPPED).order_by("key")
    newest = newest_versions(flows)
    for flow in flows.select_related("live"):
        versions = {version.pk: version for version in (flow.live, newest.get(flow.pk)) if version is not None}
        place = next((found for version in versions.values() if (found := _place(version, key))), "")
        if place:
            yield Use(kind=flow.kind, key=flow.key, name=flow.name, where=place)


def subject(workspace_id: int, text: str) -> Subject | None:
    """Return the person with that user id, as templates read them."""
    person = person_called(workspace_id, text)
    if person is None:
        return None
    return Subject(name=name_of(person), person={"user_id": person.user_id, **person.traits})


def _place(version: FlowVersion, key: str) -> str:
    graph = parse_flow(version.definition)
    return next((r.who for r in references(graph) if r.kind == "template" and r.key == key), "")
