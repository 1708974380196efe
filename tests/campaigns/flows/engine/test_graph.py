"""A definition is read whole or refused with every problem, each with its node and its place."""

from datetime import time, timedelta

import pytest

from campaigns.flows.engine.checks import check, references
from campaigns.flows.engine.graph import Await, Branch, Delay, EntryOn, Send, Until
from campaigns.flows.engine.parse import parse_flow
from config.kit.errors import InputRefused
from tests.campaigns.flows.engine.making import DONE, definition, graph

YES = {"trait": "vip", "is": "eq", "value": True}
WIN_BACK = {
    "key": "win-back",
    "kind": "journey",
    "entry": {
        "on": "event",
        "event": "cart_abandoned",
        "if": {"property": "amount", "is": "gt", "value": 10},
        "key": "properties.cart_id",
        "reentry": {"allowed": False, "after": "30d"},
    },
    "exit": [{"event": "purchase"}, {"when": YES}],
    "goal": {"event": "purchase", "within": "7d"},
    "holdout": 0.05,
    "nodes": {
        "start": {"do": "wait", "for": "1h", "next": "ask"},
        "ask": {"do": "branch", "cases": [{"if": YES, "next": "mail"}], "else": "done"},
        "mail": {"do": "send", "channel": "email", "template": "t", "purpose": "marketing", "next": "wait2",
                 "on_cap": "skip", "on_quiet": "postpone", "on_error": "continue"},
        "wait2": {"do": "wait_until", "if": YES, "event": {"event_name": ["purchase"]}, "timeout": "3d",
                  "next": "done", "on_timeout": "local"},
        "local": {"do": "wait", "until": {"time": "09:00", "weekdays": [1, 2, 3, 4, 5], "zone": "person"},
                  "next": "done"},
        "done": {"do": "exit"},
    },
}  # fmt: skip


def refused(raw):
    with pytest.raises(InputRefused) as caught:
        parse_flow(raw)
    return {problem.path: problem for problem in caught.value.problems}


def test_the_example_of_the_language_is_read_whole():
    flow = parse_flow(WIN_BACK)
    assert (flow.first, flow.entry.on, flow.entry.key) == ("start", EntryOn.EVENT, "cart_id")
    assert flow.entry.reentry.after == timedelta(seconds=2_592_000)
    assert [type(flow.nodes[name]) for name in ("start", "ask", "mail", "wait2", "local")] == [
        Delay,
        Branch,
        Send,
        Await,
        Until,
    ]
    assert flow.nodes["local"].at == time(9)
    assert (flow.holdout, flow.goal.within, flow.exit_events) == (0.05, timedelta(days=7), {"purchase"})
    assert check(flow) == []
    named = {(r.kind, r.key, r.path) for r in references(flow)}
    assert named == {("channel", "email", "/nodes/mail/channel"), ("template", "t", "/nodes/mail/template")}


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"key": "a b"}, "/key"),
        ({"key": 7}, "/key"),
        ({"kind": "playbook"}, "/kind"),
        ({"entri": {}}, "/entri"),
        ({"entry": []}, "/entry"),
        ({"entry": {"on": "schedule"}}, "/entry/on"),
        ({"entry": {"on": "event"}}, "/entry/event"),
        ({"entry": {"on": "event", "event": "x", "segment": "y"}}, "/entry/segment"),
        ({"entry": {"on": "event", "event": "x", "key": "cart_id"}}, "/entry/key"),
        ({"entry": {"on": "event", "event": "x", "key": "properties..a"}}, "/entry/key"),
        ({"entry": {"on": "event", "event": "x", "if": {"trait": "a", "is": "like", "value": 1}}}, "/entry/if/is"),
        ({"entry": {"on": "api", "reentry": {"allowed": "yes"}}}, "/entry/reentry/allowed"),
        ({"entry": {"on": "api", "reentry": {"allowed": True, "after": "1 month"}}}, "/entry/reentry/after"),
        ({"exit": {}}, "/exit"),
        ({"exit": [{"event": "x", "when": YES}]}, "/exit/0"),
        ({"exit": [{"event": "x"}] * 21}, "/exit"),
        ({"exit": [{"when": {"all": []}}]}, "/exit/0/when/all"),
        ({"goal": {"within": "1d"}}, "/goal/event"),
        ({"goal": {"event": "x", "within": "91d"}}, "/goal/within"),
        ({"holdout": 1.5}, "/holdout"),
        ({"holdout": True}, "/holdout"),
        ({"lateness": "soon"}, "/lateness"),
        ({"zone": "Mars/Olympus"}, "/zone"),
        ({"nodes": {}}, "/nodes"),
        ({"nodes": []}, "/nodes"),
        ({"nodes": {"a b": DONE}}, "/nodes/a b"),
        ({"nodes": {"a/b": DONE}}, "/nodes/a~1b"),
        ({"nodes": {"a": 1}}, "/nodes/a"),
        ({"nodes": {"a": {"do": "teleport"}}}, "/nodes/a/do"),
        ({"nodes": {"a": {"do": "split", "arms": []}}}, "/nodes/a/arms"),
        ({"nodes": {"a": {"do": "exit", "next": "b"}}}, "/nodes/a/next"),
        ({"nodes": {"a": {"do": "wait", "next": "b"}}}, "/nodes/a"),
        ({"nodes": {"a": {"do": "wait", "for": "0s", "next": "b"}}}, "/nodes/a/for"),
        ({"nodes": {"a": {"do": "wait", "for": "1h"}}}, "/nodes/a/next"),
        ({"nodes": {"a": {"do": "wait", "until": {}, "next": "b"}}}, "/nodes/a/until"),
        ({"nodes": {"a": {"do": "wait", "until": {"time": "9:00"}, "next": "b"}}}, "/nodes/a/until/time"),
        ({"nodes": {"a": {"do": "wait", "until": {"time": "24:00"}, "next": "b"}}}, "/nodes/a/until/time"),
        ({"nodes": {"a": {"do": "wait", "until": {"time": "09:00", "weekdays": [0]}, "next": "b"}}},
         "/nodes/a/until/weekdays"),
        ({"nodes": {"a": {"do": "wait", "until": {"time": "09:00", "weekdays": []}, "next": "b"}}},
         "/nodes/a/until/weekdays"),
        ({"nodes": {"a": {"do": "wait", "until": {"time": "09:00", "zone": "Nowhere"}, "next": "b"}}},
         "/nodes/a/until/zone"),
        ({"nodes": {"a": {"do": "wait", "until": {"window": {"from": "08:00", "to": "08:00"}}, "next": "b"}}},
         "/nodes/a/until/window/to"),
        ({"nodes": {"a": {"do": "wait_until", "if": YES, "next": "b"}}}, "/nodes/a/timeout"),
        ({"nodes": {"a": {"do": "wait_until", "timeout": "1d", "next": "b"}}}, "/nodes/a"),
        ({"nodes": {"a": {"do": "branch", "cases": [], "else": "b"}}}, "/nodes/a/cases"),
        ({"nodes": {"a": {"do": "branch", "cases": [{"next": "b"}], "else": "b"}}}, "/nodes/a/cases/0/if"),
        ({"nodes": {"a": {"do": "branch", "cases": [{"if": YES, "next": "b"}]}}}, "/nodes/a/else"),
        ({"nodes": {"a": {"do": "send", "channel": "email", "next": "b"}}}, "/nodes/a/template"),
        ({"nodes": {"a": {"do": "send", "channel": "email", "template": "t", "next": "b", "on_error": "shrug"}}},
         "/nodes/a/on_error"),
        ({"nodes": {"a": {"do": "send", "channel": "email", "template": "t", "next": "b", "fallback": ["sms"]}}},
         "/nodes/a/fallback"),
        ({"nodes": {f"n{n}": DONE for n in range(201)}}, "/nodes"),
        ({"name": "x" * 301}, "/name"),
        ({"note": "x" * 300_000}, ""),
    ],
)  # fmt: skip
def test_a_faulty_definition_is_refused_at_its_place_with_a_message(change, path):
    problems = refused({**definition({"done": DONE}), **change})
    assert path in problems
    assert problems[path].message


@pytest.mark.parametrize("raw", [None, [], "flow", 7, {}])
def test_what_is_no_flow_is_refused(raw):
    assert refused(raw)


def test_every_problem_is_named_at_once_and_with_its_node():
    problems = refused(definition({"a": {"do": "wait", "for": "x", "next": ""}, "b": {"do": "jump"}}))
    assert set(problems) == {"/nodes/a/for", "/nodes/a/next", "/nodes/b/do"}
    assert "'a'" in problems["/nodes/a/for"].message
    assert "wait_until" in problems["/nodes/b/do"].hint


@pytest.mark.parametrize(
    ("nodes", "paths"),
    [
        ({"a": {"do": "wait", "for": "1h", "next": "b"}}, ["/nodes/a/next"]),
        ({"a": {"do": "branch", "cases": [{"if": YES, "next": "x"}], "else": "y"}},
         ["/nodes/a/cases/0/next", "/nodes/a/else"]),
        ({"a": {"do": "wait_until", "if": YES, "timeout": "1d", "next": "a", "on_timeout": "x"}},
         ["/nodes/a/on_timeout"]),
        ({"a": DONE, "b": DONE}, ["/nodes/b"]),
        ({"a": {"do": "send", "channel": "email", "template": "t", "next": "a"}}, ["/nodes/a"]),
        ({"a": {"do": "branch", "cases": [{"if": YES, "next": "b"}], "else": "c"},
          "b": {"do": "send", "channel": "email", "template": "t", "next": "a"}, "c": DONE}, ["/nodes/a"]),
        # an open window is passed at once, and so is a condition that holds: neither slows a loop down
        ({"a": {"do": "wait", "until": {"window": {"from": "08:00", "to": "20:00"}}, "next": "a"}}, ["/nodes/a"]),
        ({"a": {"do": "wait_until", "if": YES, "timeout": "1d", "next": "a", "on_timeout": "a"}}, ["/nodes/a"]),
        # these loops take time
        ({"a": {"do": "wait", "for": "1s", "next": "a"}}, []),
        ({"a": {"do": "wait", "until": {"time": "09:00"}, "next": "b"},
          "b": {"do": "branch", "cases": [{"if": YES, "next": "a"}], "else": "c"}, "c": DONE}, []),
    ],
)  # fmt: skip
def test_a_graph_in_which_people_could_get_lost_is_refused_with_its_nodes(nodes, paths):
    assert [problem.path for problem in check(graph(nodes))] == paths


def test_a_long_chain_and_many_branches_are_checked_without_recursion():
    nodes = {f"n{n}": {"do": "branch", "cases": [{"if": YES, "next": f"n{n + 1}"}], "else": "end"} for n in range(198)}
    assert check(graph({**nodes, "n198": DONE, "end": DONE})) == []


def test_the_first_node_may_be_named():
    flow = graph({"b": DONE, "a": {"do": "wait", "for": "1h", "next": "b"}}, first="a")
    assert (flow.first, check(flow)) == ("a", [])
    assert [p.path for p in check(graph({"b": DONE}, first="a"))] == ["/first"]
