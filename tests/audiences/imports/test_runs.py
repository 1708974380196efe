"""A file's rows become events and people through the door's own verbs, once each, whatever happens on the way."""

from datetime import timedelta

import pytest

from audiences.imports import jobs as kinds
from audiences.imports import verbs
from audiences.imports.models import RefusedRow
from audiences.intake.models import Event, Slice
from audiences.people.models import Person
from audiences.segments.definitions import define
from audiences.segments.models import Membership
from campaigns.flows.models import Run
from campaigns.triggers import drain_intake
from compliance import jobs
from compliance.consent.models import Consent
from compliance.jobs import claims, heart, running
from config.kit import clock
from tests import factories
from tests.audiences.imports.files import HEADER, ORDERS, START, lines, made, row, run
from tests.campaigns.flows.world import World, journey
from tests.factories import NOON

pytestmark = pytest.mark.django_db
ORDERED = {"on": "event", "event": "order"}


@pytest.fixture
def workspace():
    return factories.workspace()


def test_rows_become_events_with_types_times_and_leads(workspace):
    job = run(made(workspace, lines(3), **ORDERS, zone="Asia/Shanghai"))
    assert (job.state, job.done, job.result["accepted"]) == ("done", 3, 3)
    event = Event.objects.order_by("event_time").first()
    assert (event.name, event.user_id, event.properties) == (
        "order",
        "u2",
        {"amount": 12.5, "vip": True, "tags": ["a", "b"], "note": "thanks"},
    )
    assert event.event_time == START + timedelta(seconds=2) - timedelta(hours=8)
    assert event.context["externalIds"] == [{"type": "email", "id": "u2@example.com"}]
    assert Slice.objects.exists()


def test_people_get_traits_and_consents_as_of_the_row(workspace):
    text = "user_id,name,joined,mail_ok\nu1,Ann,2025-01-02,yes\nu2,Bo,2025-01-03,退订\nu3,Cy,2025-01-03,\n"
    plan = {
        "what": "people",
        "columns": [
            {"column": "user_id", "to": "user_id"},
            {"column": "name", "to": "field", "name": "first_name"},
            {"column": "joined", "to": "field", "name": "joined", "type": "instant"},
            {"column": "mail_ok", "to": "consent", "name": "email/marketing"},
        ],
    }
    job = run(made(workspace, text, **plan))
    with clock.at(NOON):
        drain_intake()
    assert job.result["accepted"] == 3
    traits = dict(Person.objects.values_list("user_id", "traits"))
    assert traits["u1"]["first_name"] == "Ann"
    assert traits["u1"]["joined"] == "2025-01-02T00:00:00+00:00"
    assert sorted(Consent.objects.values_list("state", "source")) == [("granted", "import"), ("withdrawn", "import")]


def test_a_worker_that_dies_in_the_middle_loses_no_row_and_doubles_none(workspace, monkeypatch):
    monkeypatch.setattr(kinds, "BATCH", 10)
    found = made(workspace, lines(95, odd={17: row(17, amount="many")}), **ORDERS)
    verbs.start_run(found, actor=factories.actor(), now=NOON)
    take, calls = kinds.Taker.take, []

    def dying(self, batch, *, now):
        take(self, batch, now=now)
        calls.append(batch)
        if len(calls) in (4, 7):
            raise SystemExit("the worker dies after the rows, before the commit")

    monkeypatch.setattr(kinds.Taker, "take", dying)
    at = NOON
    for _death in range(2):
        with pytest.raises(SystemExit):
            running.run_next(tick=lambda at=at: at, heart=heart.beating_inline)
        at += claims.LEASE + timedelta(seconds=1)
    running.run_next(tick=lambda: at, heart=heart.beating_inline)
    job = jobs.find_job(workspace.pk, verbs.find_import(workspace.pk, found.pk).job_id)
    assert (job.state, job.done, job.attempt) == ("done", 95, 3)
    assert {name: job.result[name] for name in ("rows", "accepted", "repeated", "refused")} == {
        "rows": 95,
        "accepted": 94,
        "repeated": 0,
        "refused": 1,
    }
    assert Event.objects.count() == 94
    assert RefusedRow.objects.count() == 1


def test_the_same_file_again_is_repeated_and_adds_nothing(workspace):
    run(made(workspace, lines(20), **ORDERS))
    again = run(made(workspace, lines(20), **ORDERS))
    assert (again.result["accepted"], again.result["repeated"], again.result["refused"]) == (0, 20, 0)
    assert Event.objects.count() == 20


def test_two_rows_alike_are_two_events_unless_a_column_holds_the_message_id(workspace):
    same = f"{HEADER}\n{row(1)}\n{row(1)}\n"
    assert run(made(workspace, same, **ORDERS)).result["accepted"] == 2
    named = [*ORDERS["columns"][:-1], {"column": "note", "to": "message_id"}]
    other = run(made(workspace, same + row(2) + "\n", **{**ORDERS, "columns": named}))
    assert (other.result["accepted"], other.result["repeated"], other.result["refused"]) == (1, 1, 1)
    assert other.result["reasons"] == {"different_body": 1}


def test_history_builds_facts_and_memberships_and_starts_no_flow(workspace):
    define(
        workspace.pk,
        {"key": "buyers", "name": "Buyers", "where": {"did": "order", "times": {"at_least": 1}}},
        actor=factories.actor(),
        now=NOON,
    )
    world = World(workspace)
    for key, entry in (("on-segment", {"on": "segment", "segment": "buyers"}), ("on-event", ORDERED)):
        world.live(journey(key, entry=entry))
    recent = f"{HEADER}\n{row(1, ts='2026-03-02 11:59:00')}\n{row(2)}\n"
    run(made(workspace, recent, **ORDERS))
    world.work()
    assert Membership.objects.filter(left_at=None).count() == 2
    assert not Run.objects.exists()
    world.event("u9", "order")
    assert {run.flow.key for run in world.runs("u9")} == {"on-segment", "on-event"}


def test_a_cancelled_import_keeps_what_it_took_and_says_how_much(workspace, monkeypatch):
    monkeypatch.setattr(kinds, "BATCH", 10)
    found = made(workspace, lines(50), **ORDERS)
    job = verbs.start_run(found, actor=factories.actor(), now=NOON)
    take = kinds.Taker.take

    def take_and_cancel(self, batch, *, now):
        take(self, batch, now=now)
        if self.tally.rows == 20:
            jobs.cancel(workspace.pk, job.pk, actor=factories.actor(), now=NOON)

    monkeypatch.setattr(kinds.Taker, "take", take_and_cancel)
    with clock.at(NOON):
        jobs.run_all()
    job.refresh_from_db()
    assert (job.state, job.result["accepted"]) == ("cancelled", 20)
    assert Event.objects.count() == 20


def test_checking_a_whole_file_writes_nothing_but_what_it_found(workspace):
    found = made(workspace, lines(30, odd={5: row(5, vip="perhaps"), 9: "too,few"}), **ORDERS)
    verbs.start_check(found, actor=factories.actor(), now=NOON)
    with clock.at(NOON):
        jobs.run_all()
    job = jobs.find_job(workspace.pk, verbs.find_import(workspace.pk, found.pk).check_id)
    assert (job.result["rows"], job.result["accepted"], job.result["refused"]) == (30, 28, 2)
    assert job.result["examples"][0] == {
        "line": 5,
        "column": "vip",
        "reason": "not_a_boolean",
        "value": "perhaps",
        "expected": "yes or no (also true/false, 1/0, 是/否)",
    }
    assert not Event.objects.exists()
    assert not RefusedRow.objects.exists()


def test_an_import_waits_while_much_is_waiting_to_be_processed(workspace, monkeypatch):
    monkeypatch.setattr(kinds, "MOST_WAITING", 10)
    monkeypatch.setattr(kinds, "PAUSE", 0)
    run(made(workspace, lines(20), **ORDERS))
    said = []

    def say(self, text):
        said.append(text)
        if text:
            monkeypatch.setattr(kinds, "MOST_WAITING", 1000)

    monkeypatch.setattr(jobs.Work, "say", say)
    other = run(made(workspace, lines(21), **ORDERS))
    assert said[0] == "waiting until earlier events are processed"
    assert other.state == "done"


def test_an_expired_file_is_said(workspace):
    found = made(workspace, lines(3), **ORDERS)
    job = verbs.start_run(found, actor=factories.actor(), now=NOON)
    jobs.forget_file(workspace.pk, found.file_id)
    with clock.at(NOON):
        jobs.run_all()
    job.refresh_from_db()
    assert (job.state, job.problem) == ("failed", "/file: has expired and was deleted · Upload it again.")
