"""A brand with a live flow, a template, and people who want its mail: what the tests of delivery start from."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from audiences.people.models import Person
from campaigns.delivery.claims import claim
from campaigns.delivery.drain import drain
from campaigns.delivery.intents import Intent, open_many
from campaigns.delivery.models import Delivery
from campaigns.flows.models import Flow, FlowVersion, Run
from compliance.access.models import Workspace
from compliance.consent.consents import grant
from config.kit.ids import derived, uuid7
from content.library.templates import define, live_version
from tests import factories
from tests.factories import NOON

FLOW = {
    "key": "thank-you",
    "kind": "journey",
    "entry": {"on": "event", "event": "purchase"},
    "nodes": {"mail": {"do": "send", "channel": "email", "template": "thanks", "next": "end"}, "end": {"do": "exit"}},
}
TEMPLATE = {
    "key": "thanks",
    "channel": "email",
    "subject": "Thank you, {{ person.first_name }}",
    "body": "Dear {{ person.first_name }},\nthank you for {{ event.amount }}.\n{{ links.unsubscribe }}",
    "html": "<p>Dear {{ person.first_name }}, thank you.</p>",
}


@dataclass
class World:
    workspace: Workspace
    flow: Flow
    version: FlowVersion
    template_version_id: int

    def person(self, *, consent: str = "marketing", **traits: Any) -> Person:
        user_id = f"u-{uuid7()}"
        person = Person.objects.create(
            id=derived(self.workspace.pk, "user", user_id),
            workspace_id=self.workspace.pk,
            user_id=user_id,
            traits={"email": f"{user_id}@example.com", "first_name": "安妮", **traits},
            first_seen=NOON,
            last_seen=NOON,
        )
        if consent:
            grant(self.workspace.pk, person.pk, channel="email", purpose=consent, source="test", at=NOON)
        return person

    def run(self, person: Person, **given: Any) -> Run:
        fields: dict[str, Any] = {
            "id": uuid7(),
            "workspace_id": self.workspace.pk,
            "flow": self.flow,
            "version": self.version,
            "subject_id": person.pk,
            "entry_key": str(uuid7()),
            "entry": {"name": "purchase", "properties": {"amount": 20}},
            "entered_at": NOON,
            "arrived_at": NOON,
            "node": "mail",
            **given,
        }
        return Run.objects.create(**fields)

    def intent(self, run: Run, *, purpose: str = "marketing", version: int | None = None) -> Intent:
        return Intent(
            workspace_id=self.workspace.pk,
            flow_id=self.flow.pk,
            node="mail",
            run_id=run.pk,
            person_id=run.subject_id,
            channel="email",
            purpose=purpose,
            template_version_id=version or self.template_version_id,
        )

    def delivery(self, *, purpose: str = "marketing", version: int | None = None, **traits: Any) -> UUID:
        """Open a message to a new person who may get it."""
        run = self.run(self.person(**traits))
        return open_many([self.intent(run, purpose=purpose, version=version)], now=NOON)[0]

    def template(self, **changed: Any) -> int:
        raw = {**TEMPLATE, **changed}
        define(self.workspace.pk, raw, actor=factories.actor(), now=NOON)
        live = live_version(self.workspace.pk, raw["key"])
        assert live
        return live.version_id


def world(**given: Any) -> World:
    workspace = factories.workspace(**given)
    flow = Flow.objects.create(
        workspace=workspace, key="thank-you", name="Thank you", state="live", created_at=NOON, updated_at=NOON
    )
    version = FlowVersion.objects.create(
        flow=flow, number=1, definition=FLOW, sha256="", author="test", created_at=NOON
    )
    made = World(workspace=workspace, flow=flow, version=version, template_version_id=0)
    made.template_version_id = made.template()
    return made


def state_of(delivery_id: UUID) -> tuple[str, str]:
    delivery = Delivery.objects.get(pk=delivery_id)
    return delivery.state, delivery.reason


def verdicts_of(delivery_id: UUID) -> dict[str, dict[str, Any]]:
    return {verdict["check"]: verdict for verdict in Delivery.objects.get(pk=delivery_id).gate}


__all__ = ["NOON", "TEMPLATE", "World", "claim", "datetime", "drain", "state_of", "verdicts_of", "world"]
