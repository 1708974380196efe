"""Two people who are one have one past in each flow (S6)."""

from datetime import timedelta

from audiences.intake.models import EventKind
from campaigns.flows.models import Run
from compliance.audit import entries
from config.kit.ids import derived
from tests.audiences import events
from tests.campaigns.flows.world import journey


def anonymous(brand, name, **more):
    events.put(events.row(brand.workspace.pk, anonymous="cookie", name=name, at=brand.now, **more), at=brand.now)
    brand.work()


def identify(brand):
    row = events.row(brand.workspace.pk, user="u1", name="identify", kind=EventKind.IDENTIFY, at=brand.now)
    row.a = "cookie"
    events.put(row, at=brand.now)
    brand.work()


def test_runs_of_somebody_unknown_go_on_as_the_persons_own(brand):
    brand.live(journey())
    anonymous(brand, "sign_up")
    brand.event("u1", "view")
    identify(brand)
    run = brand.run("u1")
    assert (run.state, run.node) == ("waiting", "start")
    brand.wait(hours=1)
    assert brand.run("u1").exit_reason == "completed"


def test_nobody_is_in_a_flow_twice_after_a_merge(brand):
    brand.live(journey())
    anonymous(brand, "sign_up")
    brand.event("u1")
    brand.now += timedelta(minutes=1)
    identify(brand)
    live = Run.objects.exclude(state="ended")
    assert live.get().subject_id == brand.person("u1")
    ended = Run.objects.get(state="ended")
    assert (ended.exit_reason, ended.exit_detail["merged_into"]) == ("stopped", str(brand.person("u1")))
    assert entries(brand.workspace.pk, action="flow.ended").count() == 1
    assert not Run.objects.filter(subject_id=derived(brand.workspace.pk, "anonymous", "cookie")).exists()


def test_an_exit_event_of_either_ends_the_run(brand):
    brand.live(journey(exit=[{"event": "buy"}]))
    anonymous(brand, "sign_up")
    brand.event("u1", "view")
    identify(brand)
    brand.now += timedelta(minutes=1)
    anonymous(brand, "buy")
    assert brand.run("u1").exit_reason == "exit_event"
