"""A workspace with a mail template, and the ways in which time and events come to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from audiences.intake.models import EventKind
from campaigns.flows.advancing import advance_due
from campaigns.flows.definitions import define, publish
from campaigns.flows.models import EntryDecision, Flow, Run, Step
from campaigns.flows.starting import drain_actions
from campaigns.triggers import drain_intake
from config.kit import clock
from config.kit.ids import derived
from content.library import templates
from tests import factories
from tests.audiences import events
from tests.factories import NOON

DONE = {"do": "exit"}
MAIL = {"do": "send", "channel": "email", "template": "hello", "next": "done"}
WAIT = {"do": "wait", "for": "1h", "next": "done"}


def journey(key: str = "welcome", *, nodes: Mapping[str, Any] | None = None, **parts: Any) -> dict[str, Any]:
    """Return a definition that people enter by the event `sign_up`; unless told otherwise it waits an hour."""
    return {
        "key": key,
        "entry": {"on": "event", "event": "sign_up"},
        "nodes": nodes or {"start": WAIT, "done": DONE},
        **parts,
    }


@dataclass
class World:
    """Holds the clock; `wait` moves it and lets due work be done."""

    workspace: Any
    now: datetime = NOON
    names: list[str] = field(default_factory=list)

    def live(self, raw: Mapping[str, Any]) -> Flow:
        flow = define(self.workspace.pk, raw, actor=factories.actor(), now=self.now)
        return publish(flow, actor=factories.actor(), now=self.now)

    def event(self, user: str, name: str = "sign_up", **more: Any) -> None:
        """Let an event come and be worked on; `ago` sets its own time back."""
        self.put(user, name, **more)
        self.work()

    def put(self, user: str, name: str = "sign_up", *, ago: timedelta = timedelta(0), **more: Any) -> None:
        row = events.row(self.workspace.pk, user=user, name=name, at=self.now - ago, **more)
        events.put(row, at=self.now)

    def traits(self, user: str, **traits: Any) -> None:
        self.event(user, "identify", kind=EventKind.IDENTIFY, properties=traits)

    def work(self) -> None:
        with clock.at(self.now):
            drain_intake()
            while drain_actions(self.now):
                pass
            while advance_due(self.now):
                pass

    def wait(self, **duration: int) -> None:
        self.now += timedelta(**duration)
        self.work()

    def person(self, user: str):
        return derived(self.workspace.pk, "user", user)

    def runs(self, user: str) -> list[Run]:
        return list(Run.objects.filter(subject_id=self.person(user)).order_by("entered_at", "id"))

    def run(self, user: str) -> Run:
        (run,) = self.runs(user)
        return run

    def reasons(self, user: str) -> list[str]:
        found = EntryDecision.objects.filter(subject_id=self.person(user)).order_by("id")
        return list(found.values_list("reason", flat=True))

    def steps(self, user: str) -> list[tuple[str, str]]:
        found = Step.objects.filter(run__in=self.runs(user)).order_by("run_id", "visit")
        return list(found.values_list("node", "outcome"))


def world() -> World:
    workspace = factories.workspace()
    template = {"key": "hello", "channel": "email", "subject": "Hello", "body": "Good day"}
    templates.define(workspace.pk, template, actor=factories.actor(), now=NOON)
    return World(workspace)
