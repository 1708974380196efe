"""Which circles of rules are refused, and which may be stopped by something."""

import pytest

from campaigns.rules.cycles import certain_cycle
from campaigns.rules.form import parse_rule, whole_condition


class Live:
    def __init__(self, form):
        self.key, self.on, self.actions, self.controls = form.key, form.on, form.actions, form.controls
        self.condition = whole_condition(form)


def rule(key, on, tells, properties=None, **parts):
    action = tells if isinstance(tells, dict) else {"emit": {"event": tells, "properties": properties or {}}}
    return parse_rule({"key": key, "on": [on], "then": [action], **parts})


def way(first, *others):
    return [(step.key, step.tells) for step in certain_cycle(first, [Live(other) for other in others])]


def test_a_rule_that_tells_what_it_listens_to_is_a_circle():
    assert way(rule("a", "x", "x")) == [("a", "x")]


def test_a_circle_is_found_over_several_rules_and_told_in_order():
    assert way(rule("a", "x", "y"), rule("b", "y", "z"), rule("c", "z", "x")) == [("a", "y"), ("b", "z"), ("c", "x")]


def test_a_circle_that_the_rule_is_not_part_of_is_not_its_own():
    assert way(rule("a", "w", "x"), rule("b", "x", "y"), rule("c", "y", "x")) == []


@pytest.mark.parametrize(
    "parts",
    [
        {"cooldown": "1d"},
        {"max_firings": {"per_subject": 1}},
        {"mode": "shadow"},
        {"mode": "off"},
        {"enabled": False},
        {"expires": "2027-01-01T00:00:00Z"},
        {"schedule": {"until": "2027-01-01T00:00:00Z"}},
        {"rollout": 0},
        {"if": {"trait": "tier", "is": "eq", "value": "gold"}},
        {"if": {"property": "n", "is": "gt", "value": 1}},
        {"unless": {"did": "x", "times": {"at_least": 5}}},
    ],
)
def test_what_may_stop_it_lets_it_be(parts):
    assert way(rule("a", "x", "y"), rule("b", "y", "x", **parts)) == []
    assert way(rule("b", "y", "x", **parts), rule("a", "x", "y")) == []


def test_a_condition_that_the_event_is_sure_to_meet_stops_nothing():
    five = {"property": "n", "is": "eq", "value": 5}
    assert way(rule("a", "x", "x", {"n": 5}, **{"if": five}))
    assert not way(rule("a", "x", "x", {"n": 6}, **{"if": five}))
    assert not way(rule("a", "x", "x", {"n": {"property": "n"}}, **{"if": five}))


def test_setting_traits_and_labels_tells_events_too():
    label = {"add_label": "vip"}
    assert way(rule("a", "label.added", label))
    vip = {"property": "label", "is": "eq", "value": "vip"}
    assert way(rule("a", "label.added", label, **{"if": vip}))
    assert not way(rule("a", "label.added", {"add_label": "other"}, **{"if": vip}))
    assert way(rule("a", "trait.set", {"set_trait": {"trait": "n", "value": {"property": "value"}}}))
