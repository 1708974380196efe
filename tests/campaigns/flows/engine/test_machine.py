"""The engine decides from what it is shown, and from nothing else."""

from datetime import timedelta

import pytest

from campaigns.flows.engine.machine import MAX_VISITS
from campaigns.flows.engine.sight import ExitReason, Message, MessageState
from tests.campaigns.flows.engine.making import DONE, NOW, event, go, graph, hours, passed, sight, standing

VIP = {"trait": "vip", "is": "eq", "value": True}
MAIL = {"do": "send", "channel": "email", "template": "t", "next": "done"}
HOUR = {"do": "wait", "for": "1h", "next": "done"}


def test_a_run_passes_as_many_nodes_as_it_can_in_one_go():
    ask = {"do": "branch", "cases": [{"if": VIP, "next": "mail"}], "else": "done"}
    flow = graph({"ask": ask, "mail": MAIL, "done": DONE})
    decision = go(flow, seen=sight(traits={"vip": True}))
    assert passed(decision) == [("ask", "case 1"), ("mail", "opened"), ("done", "completed")]
    assert [(asked.node.name, asked.visit) for asked in decision.messages] == [("mail", 2)]
    assert (decision.reason, decision.due_at) == (ExitReason.COMPLETED, None)


def test_a_delay_counts_from_arrival_and_ends_on_time():
    flow = graph({"start": HOUR, "done": DONE})
    assert go(flow).due_at == NOW + hours(1)
    early = go(flow, standing("start"), sight(NOW + hours(0.99)))
    assert (early.reason, early.due_at) == (None, NOW + hours(1))
    assert go(flow, standing("start"), sight(NOW + hours(1))).reason is ExitReason.COMPLETED


@pytest.mark.parametrize(
    ("late", "arrived"),
    [(timedelta(seconds=3), hours(1)), (timedelta(minutes=5), hours(1)), (timedelta(minutes=6), hours(1.1))],
)
def test_a_wait_that_ends_a_little_late_counts_as_ended_on_time(late, arrived):
    flow = graph({"start": {**HOUR, "next": "then"}, "then": HOUR, "done": DONE})
    decision = go(flow, standing("start"), sight(NOW + hours(1) + late))
    assert decision.standing.since == NOW + arrived
    assert decision.due_at == NOW + arrived + hours(1)


def test_a_slow_minute_does_not_make_a_run_miss_its_day():
    eight = {"do": "wait", "until": {"time": "08:00", "zone": "workspace"}, "next": "done"}
    flow = graph({"week": {"do": "wait", "for": "1w", "next": "eight"}, "eight": eight, "done": DONE})
    entered = NOW.replace(hour=7, minute=59, second=58)
    decision = go(flow, standing("week", since=entered), sight(entered + timedelta(weeks=1, seconds=4)))
    assert decision.reason is ExitReason.COMPLETED


def test_a_run_that_slept_through_an_outage_does_not_send_everything_at_once():
    day = {"do": "wait", "for": "1d"}
    flow = graph(
        {"a": {**day, "next": "m"}, "m": {**MAIL, "next": "b"}, "b": {**day, "next": "n"}, "n": MAIL, "done": DONE}
    )
    decision = go(flow, standing("a"), sight(NOW + timedelta(days=5)))
    assert passed(decision)[:2] == [("a", "passed"), ("m", "opened")]
    assert decision.due_at == NOW + timedelta(days=6)


def test_the_zone_that_counted_and_those_that_were_wrong_are_kept():
    flow = graph({"nine": {"do": "wait", "until": {"time": "09:00"}, "next": "done"}, "done": DONE})
    decision = go(flow, seen=sight(traits={"timezone": "Mars/Olympus"}, workspace_zone="Asia/Tokyo"))
    assert decision.steps[0].detail == {
        "zone": "Asia/Tokyo",
        "zone_from": "workspace",
        "zones_refused": ["Mars/Olympus"],
    }


def test_somebody_who_moves_is_written_to_at_nine_where_they_are():
    flow = graph({"nine": {"do": "wait", "until": {"time": "09:00"}, "next": "done"}, "done": DONE})
    due = go(flow, seen=sight(traits={"timezone": "Asia/Tokyo"})).due_at
    decision = go(flow, standing("nine"), sight(due, traits={"timezone": "Europe/Berlin"}))
    assert decision.due_at == due + hours(8)


def test_a_condition_waited_for_is_judged_on_arrival_then_at_its_next_change_then_at_the_timeout():
    hold = {"do": "wait_until", "if": {"did": "view", "times": {"exactly": 0}, "within": "1d"}, "timeout": "3d",
            "next": "met", "on_timeout": "late"}  # fmt: skip
    flow = graph({"hold": hold, "met": HOUR, "late": DONE, "done": DONE})
    seen = (event("view", at=NOW - hours(1), number=2),)
    decision = go(flow, seen=sight(past=seen))
    assert decision.due_at == NOW + hours(23)
    assert go(flow, standing("hold"), sight(NOW + hours(23), past=seen)).standing.node == "met"


def test_an_awaited_event_counts_from_arrival_and_the_sweep_finds_it_too():
    hold = {"do": "wait_until", "event": {"all": [{"event_name": ["buy"]}, {"property": "n", "is": "gt", "value": 1}]},
            "timeout": "3d", "next": "bought", "on_timeout": "late"}  # fmt: skip
    flow = graph({"hold": hold, "bought": HOUR, "late": DONE, "done": DONE})
    before, small, good = (
        event("buy", at=NOW - hours(1), number=2, n=5),
        event("buy", at=NOW + hours(1), number=3, n=1),
        event("buy", at=NOW + hours(2), number=4, n=5),
    )
    assert go(flow, seen=sight(past=(before,))).standing.node == "hold"
    later = sight(NOW + hours(3), events=(small,))
    assert go(flow, standing("hold"), later).due_at == NOW + timedelta(days=3)
    for seen in (sight(NOW + hours(3), events=(good,)), sight(NOW + hours(3), past=(small, good))):
        decision = go(flow, standing("hold"), seen)
        assert (decision.steps[0].outcome, decision.standing.node) == ("event", "bought")
    assert go(flow, standing("hold"), sight(NOW + timedelta(days=3))).steps[0].outcome == "timeout"


@pytest.mark.parametrize(
    ("goal", "name", "reason", "reached"),
    [
        (None, "buy", ExitReason.EXIT_EVENT, False),
        ("buy", "buy", ExitReason.CONVERTED, True),
        ("buy", "refund", ExitReason.EXIT_EVENT, False),
    ],
)
def test_an_exit_event_ends_the_run_for_one_reason(goal, name, reason, reached):
    parts = {"goal": {"event": goal, "within": "7d"}} if goal else {}
    flow = graph({"start": HOUR, "done": DONE}, exit=[{"event": "buy"}, {"event": "refund"}], **parts)
    came = event(name, at=NOW + hours(0.5), number=2)
    decision = go(flow, standing("start"), sight(NOW + hours(0.5), events=(came,)))
    assert (decision.reason, decision.goal is not None) == (reason, reached)
    assert passed(decision) == [("start", reason.value)]


def test_exits_come_before_the_node_that_is_due():
    flow = graph({"start": {**HOUR, "next": "mail"}, "mail": MAIL, "done": DONE}, exit=[{"event": "buy"}])
    decision = go(flow, standing("start"), sight(NOW + hours(1), past=(event("buy", at=NOW + hours(1), number=2),)))
    assert (decision.reason, decision.messages) == (ExitReason.EXIT_EVENT, ())


def test_the_entering_event_itself_ends_nothing_and_reaches_no_goal():
    entry = event("buy")
    flow = graph({"start": HOUR, "done": DONE}, exit=[{"event": "buy"}], goal={"event": "buy", "within": "7d"})
    decision = go(flow, seen=sight(entry=entry, events=(entry,), past=(entry,)))
    assert (decision.reason, decision.goal) == (None, None)
    # but another one at the same instant does
    twin = event("buy", number=2)
    assert go(flow, seen=sight(entry=entry, past=(entry, twin))).reason is ExitReason.CONVERTED


def test_a_goal_alone_is_noted_and_the_run_goes_on():
    flow = graph({"start": HOUR, "done": DONE}, goal={"event": "buy", "within": "1d"})
    came = event("buy", at=NOW + hours(0.5), number=2)
    decision = go(flow, standing("start"), sight(NOW + hours(0.5), events=(came,)))
    assert (decision.reason, decision.goal, decision.due_at) == (None, came, NOW + hours(1))
    assert go(flow, standing("start"), sight(NOW + hours(0.5), events=(came,), goal_met=True)).goal is None


def test_an_exit_condition_that_holds_on_entry_ends_the_run_before_its_first_send():
    flow = graph({"mail": MAIL, "done": DONE}, exit=[{"when": VIP}])
    decision = go(flow, seen=sight(traits={"vip": True}))
    assert (decision.reason, decision.messages) == (ExitReason.NO_LONGER_MATCHES, ())
    assert decision.detail["verdict"]["held"] is True


def test_paused_it_goes_on_to_its_next_message_and_waits_there():
    flow = graph({"start": {**HOUR, "next": "mail"}, "mail": MAIL, "done": DONE})
    decision = go(flow, standing("start"), sight(NOW + hours(1), paused=True))
    assert (decision.standing.node, decision.due_at, decision.messages) == ("mail", None, ())
    assert go(flow, decision.standing, sight(NOW + hours(2))).reason is ExitReason.COMPLETED


def test_stopped_it_ends_wherever_it_is():
    flow = graph({"start": HOUR, "done": DONE})
    assert go(flow, seen=sight(stopped=True)).reason is ExitReason.STOPPED


def test_held_out_it_walks_past_its_messages():
    decision = go(graph({"mail": {**MAIL, "on_error": "abort"}, "done": DONE}), seen=sight(holdout=True))
    assert passed(decision) == [("mail", "holdout"), ("done", "completed")]
    assert decision.messages == ()


@pytest.mark.parametrize(
    ("state", "reason", "node"),
    [
        (None, None, "mail"),
        (MessageState.OPEN, None, "mail"),
        (MessageState.SENT, ExitReason.COMPLETED, "done"),
        (MessageState.FAILED, ExitReason.ERROR, "mail"),
        (MessageState.BLOCKED, ExitReason.BLOCKED, "mail"),
    ],
)
def test_a_send_that_aborts_waits_to_know_and_opens_its_message_once(state, reason, node):
    flow = graph({"mail": {**MAIL, "on_error": "abort"}, "done": DONE})
    message = Message(state=state, reason="why") if state else None
    decision = go(flow, seen=sight(message=message))
    assert (decision.reason, decision.standing.node, decision.due_at) == (reason, node, None)
    assert len(decision.messages) == (state is None)


def test_the_message_of_one_node_says_nothing_about_the_next():
    strict = {**MAIL, "on_error": "abort"}
    flow = graph({"one": {**strict, "next": "two"}, "two": strict, "done": DONE})
    decision = go(flow, seen=sight(message=Message(state=MessageState.SENT)))
    assert (decision.standing.node, [asked.node.name for asked in decision.messages]) == ("two", ["two"])


def test_a_run_that_goes_in_circles_for_ever_expires():
    flow = graph({"a": {"do": "wait", "for": "1s", "next": "a"}})
    decision = go(flow, standing("a", visit=MAX_VISITS + 1))
    assert (decision.reason, decision.detail["limit"]) == (ExitReason.EXPIRED, MAX_VISITS)


def test_one_go_is_bounded_and_the_rest_follows_at_once():
    flow = graph({"a": {"do": "wait", "for": "1s", "next": "a"}})
    decision = go(flow, standing("a"), sight(NOW + timedelta(minutes=5)))
    assert len(decision.steps) <= 301
    assert decision.due_at <= NOW + timedelta(minutes=5, seconds=1)
