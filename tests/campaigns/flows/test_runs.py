"""Runs as rows: they start once, go on when due, and end for one reason."""

from datetime import timedelta

from django.db import transaction

from audiences.intake import claim_batch, waiting_partitions
from campaigns.actions import Action
from campaigns.delivery.drain import drain
from campaigns.delivery.models import Delivery
from campaigns.flows.advancing import advance_due
from campaigns.flows.models import Run
from campaigns.flows.runs import touch
from campaigns.flows.starting import drain_actions
from compliance.audit import entries
from tests.audiences import events
from tests.campaigns.flows.world import DONE, MAIL, WAIT, journey

HOUR = timedelta(hours=1)


def test_a_run_starts_waits_and_is_completed_with_every_step_kept(brand):
    flow = brand.live(journey())
    brand.event("u1")
    run = brand.run("u1")
    assert (run.state, run.node, run.due_at) == ("waiting", "start", brand.now + HOUR)
    assert run.version_id == flow.live_id
    assert run.entry["name"] == "sign_up"
    brand.wait(minutes=59)
    assert brand.run("u1").node == "start"
    brand.wait(minutes=1)
    run = brand.run("u1")
    assert (run.state, run.node, run.exit_reason, run.ended_at) == ("ended", "done", "completed", brand.now)
    assert brand.steps("u1") == [("start", "passed"), ("done", "completed")]
    trail = [entry.action for entry in entries(brand.workspace.pk, object_kind="run")]
    assert trail == ["flow.ended", "flow.started"]


def test_a_message_is_opened_in_the_runs_own_transaction_under_its_send_key(brand):
    brand.live(journey(nodes={"mail": MAIL, "done": DONE}))
    brand.event("u1")
    run = brand.run("u1")
    delivery = Delivery.objects.get()
    assert (delivery.run_id, delivery.node, delivery.state) == (run.id, "mail", "pending")
    assert (run.state, run.exit_reason) == ("ended", "completed")
    assert brand.steps("u1") == [("mail", "opened"), ("done", "completed")]


def test_doing_everything_again_adds_nothing(brand):
    brand.live(journey(nodes={"mail": MAIL, "done": DONE}))
    brand.event("u1")
    Action.objects.update(state="pending")
    brand.work()
    assert len(brand.runs("u1")) == 1
    assert Delivery.objects.count() == 1


def test_a_branch_takes_the_first_case_that_holds_and_keeps_the_verdicts(brand):
    case = {"if": {"property": "plan", "is": "eq", "value": "gold"}, "next": "long"}
    other = {"if": {"property": "plan", "is": "exists"}, "next": "done"}
    nodes = {"ask": {"do": "branch", "cases": [case, other], "else": "done"}, "long": WAIT, "done": DONE}
    brand.live(journey(nodes=nodes))
    brand.event("u1", properties={"plan": "gold"})
    brand.event("u2", properties={"plan": "tin"})
    assert brand.run("u1").node == "long"
    assert brand.steps("u2") == [("ask", "case 2"), ("done", "completed")]
    first = brand.run("u2").steps.get(node="ask").detail["cases"][0]
    assert (first["held"], first["actual"]) == (False, "tin")


def test_an_exit_event_ends_the_run_in_the_transaction_that_brings_it(brand):
    brand.live(journey(exit=[{"event": "buy"}]))
    brand.event("u1")
    brand.event("u2")
    brand.wait(minutes=5)
    brand.event("u1", "buy")
    run = brand.run("u1")
    assert (run.state, run.exit_reason, run.due_at) == ("ended", "exit_event", None)
    assert run.exit_detail["event"]["name"] == "buy"
    assert brand.steps("u1") == [("start", "exit_event")]
    assert brand.run("u2").state == "waiting"


def test_an_exit_event_that_lies_before_the_entry_ends_nothing(brand):
    brand.live(journey(exit=[{"event": "buy"}]))
    brand.event("u1")
    brand.event("u1", "buy", ago=timedelta(minutes=30))
    assert brand.run("u1").state == "waiting"


def test_an_exit_event_that_came_with_the_entry_is_not_missed(brand):
    brand.live(journey(exit=[{"event": "buy"}]))
    brand.put("u1", ago=timedelta(minutes=2))
    brand.put("u1", "buy", ago=timedelta(minutes=1))
    brand.work()
    assert brand.run("u1").exit_reason == "exit_event"


def test_an_exit_event_that_is_the_goal_counts_as_both(brand):
    brand.live(journey(exit=[{"event": "buy"}], goal={"event": "buy", "within": "7d"}))
    brand.event("u1")
    brand.wait(minutes=5)
    brand.event("u1", "buy")
    run = brand.run("u1")
    assert run.exit_reason == "converted"
    assert run.context["goal"]["name"] == "buy"


def test_a_goal_counts_after_the_run_within_its_time_and_once(brand):
    brand.live(journey(goal={"event": "buy", "within": "1d"}, nodes={"done": DONE}))
    for user in ("u1", "u2"):
        brand.event(user)
    brand.wait(hours=3)
    brand.event("u1", "buy")
    first = brand.run("u1").context["goal"]
    brand.wait(hours=30)
    brand.event("u1", "buy")
    brand.event("u2", "buy")
    assert brand.run("u1").context["goal"] == first
    assert "goal" not in brand.run("u2").context


def test_an_exit_condition_is_judged_again_when_a_trait_changes(brand):
    brand.live(journey(exit=[{"when": {"trait": "blocked", "is": "eq", "value": True}}]))
    brand.event("u1")
    brand.traits("u1", city="Ulm")
    assert brand.run("u1").state == "waiting"
    brand.traits("u1", blocked=True)
    run = brand.run("u1")
    assert run.exit_reason == "no_longer_matches"
    assert run.exit_detail["verdict"]["actual"] is True


def test_a_run_that_breaks_ends_alone_and_says_why(brand, monkeypatch):
    from campaigns.flows import deciding  # noqa: PLC0415

    real = deciding.advance

    def breaks(graph, *, standing, sight):
        if sight.facts.traits.get("poison"):
            raise ValueError("poison")
        return real(graph, standing=standing, sight=sight)

    brand.live(journey())
    for user in ("u1", "u2", "u3"):
        brand.event(user)
    brand.traits("u2", poison=True)
    monkeypatch.setattr(deciding, "advance", breaks)
    brand.wait(hours=1)
    assert [brand.run(u).exit_reason for u in ("u1", "u2", "u3")] == ["completed", "error", "completed"]
    assert brand.run("u2").exit_detail["message"] == "poison"


def test_a_run_whose_rows_the_database_refuses_ends_alone(brand, monkeypatch):
    from campaigns.flows import applying  # noqa: PLC0415

    real = applying.update_runs

    def refuses(moved, *, now):
        if any(m.run.context.get("bad") and m.decision.detail.get("error") is None for m in moved):
            raise ValueError("cannot be stored")
        real(moved, now=now)

    brand.live(journey())
    for user in ("u1", "u2", "u3", "u4", "u5"):
        brand.event(user)
    Run.objects.filter(subject_id=brand.person("u4")).update(context={"bad": True})
    monkeypatch.setattr(applying, "update_runs", refuses)
    brand.wait(hours=1)
    reasons = [brand.run(u).exit_reason for u in ("u1", "u2", "u3", "u4", "u5")]
    assert reasons == ["completed", "completed", "completed", "error", "completed"]


def test_the_number_of_statements_does_not_grow_with_the_batch(brand, django_assert_max_num_queries):
    brand.live(journey(nodes={"start": {**WAIT, "next": "mail"}, "mail": MAIL, "done": DONE}))
    for number in range(12):
        brand.put(f"u{number}")
    brand.work()
    Run.objects.update(due_at=brand.now)
    brand.now += HOUR
    with django_assert_max_num_queries(14):
        assert advance_due(brand.now) == 12
    assert Run.objects.filter(state="ended").count() == 12


def test_a_send_that_aborts_on_error_waits_for_its_message_and_ends_with_it(brand):
    brand.live(journey(nodes={"mail": {**MAIL, "on_error": "abort"}, "done": DONE}))
    brand.event("u1")
    assert (brand.run("u1").state, brand.run("u1").node) == ("waiting", "mail")
    drain(brand.now)
    assert brand.run("u1").due_at == brand.now
    brand.work()
    run = brand.run("u1")
    assert (run.exit_reason, run.exit_detail) == ("blocked", {"message": "blocked", "reason": "no_consent"})
    assert brand.steps("u1") == [("mail", "blocked")]


def test_a_holdout_walks_the_flow_and_gets_no_message(brand):
    brand.live(journey(holdout=1, nodes={"mail": MAIL, "done": DONE}))
    brand.event("u1")
    assert brand.run("u1").holdout
    assert brand.steps("u1") == [("mail", "holdout"), ("done", "completed")]
    assert not Delivery.objects.exists()


def test_nothing_to_do_is_cheap(brand, django_assert_num_queries):
    with django_assert_num_queries(1):
        drain_actions(brand.now)


def test_what_no_flow_reads_costs_one_statement(brand, django_assert_num_queries):
    brand.live(journey(exit=[{"event": "buy"}]))
    brand.event("u1")
    seen = events.row(brand.workspace.pk, user="u1", name="look", at=brand.now)
    events.put(seen, at=brand.now)
    (partition,) = waiting_partitions()
    with transaction.atomic():
        unread = claim_batch(partition).events
        touch(brand.workspace.pk, unread, now=brand.now)
        with django_assert_num_queries(1):
            assert touch(brand.workspace.pk, unread, now=brand.now) == 0


def test_a_version_published_later_is_heard_as_well_as_the_one_before(brand):
    brand.live(journey(exit=[{"event": "buy"}]))
    brand.event("u1")
    brand.live(journey(exit=[{"event": "cancel"}]))
    brand.event("u2")
    brand.event("u1", "buy")
    brand.event("u2", "cancel")
    assert [brand.run(user).exit_reason for user in ("u1", "u2")] == ["exit_event", "exit_event"]
