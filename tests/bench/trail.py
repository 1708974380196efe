"""The program that the audit row times; imported only where Django runs on a bench database."""

import json
from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.core.management import call_command

from audiences.intake.accept import Call, accept
from audiences.segments import definitions as segments
from campaigns.delivery.models import Delivery
from campaigns.flows import definitions as flows
from campaigns.flows.advancing import advance_due
from campaigns.flows.models import Run
from campaigns.flows.starting import drain_actions
from campaigns.rules import define as rules
from campaigns.rules.models import Firing
from campaigns.triggers import drain_intake
from compliance.access.workspaces import create_workspace
from compliance.audit.models import AuditEntry
from config.kit import clock
from config.kit.actors import SYSTEM
from content.library import templates
from tests.bench.audit import FLOW, RULE, SEGMENT, TEMPLATE
from tests.bench.kit import agree, stopwatch


class Trail:
    """A workspace in which every event fires a rule, starts a run and opens a message."""

    def __init__(self, *, people: int) -> None:
        call_command("migrate", verbosity=0)
        now = clock.now()
        self.people, self.rounds, self.entries_each = people, 0, 0
        self.workspace = create_workspace("bench", name="Bench", now=now).pk
        segments.define(self.workspace, SEGMENT, actor=SYSTEM, now=now)
        templates.define(self.workspace, TEMPLATE, actor=SYSTEM, now=now)
        flow = flows.define(self.workspace, FLOW, actor=SYSTEM, now=now)
        flows.publish(flow, actor=SYSTEM, now=now)
        rules.define(self.workspace, RULE, actor=SYSTEM, now=now)

    def once(self, *, audited: bool) -> float:
        """Take fresh people's events all the way; return the seconds, of the work alone."""
        settings.AUDIT_ENABLED = audited
        before = AuditEntry.objects.count()
        self._receive()
        with stopwatch() as taken:
            while drain_intake(budget_s=60).more:
                pass
            while drain_actions(clock.now()):
                pass
            while advance_due(clock.now() + timedelta(seconds=1)):
                pass
        self.rounds += 1
        self.entries_each = max(self.entries_each, AuditEntry.objects.count() - before)
        agree(
            events=self.people * self.rounds,
            firings=Firing.objects.count(),
            runs=Run.objects.filter(state=Run.State.ENDED).count(),
            messages=Delivery.objects.count(),
        )
        return taken[0]

    def _receive(self) -> None:
        now = clock.now()
        call = Call(workspace_id=self.workspace, received_at=now)
        item = {"type": "track", "event": "purchase", "properties": {"amount": 42}}
        raws = [
            json.dumps(item | {"userId": uuid4().hex, "messageId": uuid4().hex}).encode() for _ in range(self.people)
        ]
        for start in range(0, len(raws), 250):
            accept(call, raws[start : start + 250])
