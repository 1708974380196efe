"""Why a rule fired for somebody and why not, from stored rows."""

from datetime import timedelta

import pytest

from audiences.conditions import Verdict
from audiences.intake.models import Event
from campaigns.rules.explain import first_failed, judgements_for, why_not
from campaigns.rules.models import RuleVersion
from campaigns.rules.tracing import trace
from campaigns.triggers import drain_intake
from config.kit import clock
from config.kit.ids import derived
from tests import factories
from tests.audiences.events import put, row
from tests.campaigns.rules import given
from tests.factories import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gate_in_process")]


@pytest.fixture
def workspace():
    made = factories.workspace()
    given.flow(made)
    return made


def person(workspace, user="u"):
    return derived(workspace.pk, "user", user)


def _buy(workspace, *amounts):
    for minutes, amount in enumerate(amounts):
        put(row(workspace.pk, user="u", properties={"amount": amount}, at=NOON + timedelta(minutes=minutes)))
    with clock.at(NOON):
        drain_intake()


def test_each_live_rule_says_what_it_made_of_each_recent_event(workspace):
    given.rule(workspace)
    given.rule(workspace, "third-buy", **{"if": {"did": "buy", "times": {"at_least": 3}, "within": "30d"}})
    given.rule(workspace, "elsewhere", on=["view"])
    _buy(workspace, 50, 150, 60)
    told = [
        (each.event_time.minute, each.rule_key, each.fired, each.failed and each.failed.actual)
        for each in judgements_for(workspace.pk, person(workspace), now=NOON)
    ]
    assert told == [
        (2, "big-basket", False, 60),
        (2, "third-buy", True, None),
        (1, "big-basket", True, None),
        (1, "third-buy", False, 2),
        (0, "big-basket", False, 50),
        (0, "third-buy", False, 1),
    ]


def test_what_fired_keeps_the_verdict_of_then_although_the_profile_has_changed(workspace):
    given.rule(workspace, **{"if": {"trait": "tier", "is": "eq", "value": "gold"}})
    put(row(workspace.pk, user="u", kind=2, name="identify", properties={"tier": "gold"}))
    _buy(workspace, 1)
    put(row(workspace.pk, user="u", kind=2, name="identify", properties={"tier": "tin"}, at=NOON + timedelta(hours=1)))
    with clock.at(NOON):
        drain_intake()
    (told,) = judgements_for(workspace.pk, person(workspace), now=NOON)
    assert (told.fired, told.kept, told.verdict.actual) == (True, True, "gold")


def test_any_version_can_be_asked_about_any_stored_event(workspace):
    first = given.rule(workspace).live
    second = given.rule(workspace, **{"if": {"property": "amount", "is": "gt", "value": 500}}).live
    _buy(workspace, 200)
    event = Event.objects.get(name="buy")
    old, new = (why_not(version, event.id, now=NOON) for version in (first, second))
    assert (old.verdict.held, old.fired, old.failed) == (True, False, None)
    assert (new.verdict.held, new.fired, new.failed.limit) == (False, False, 500)


def test_a_rule_that_does_not_listen_says_so(workspace):
    version = given.rule(workspace, on=["view"]).live
    _buy(workspace, 200)
    told = why_not(version, Event.objects.get(name="buy").id, now=NOON)
    assert (told.listens, told.verdict.held, told.fired) == (False, True, False)


def test_the_events_of_another_workspace_are_not_judged(workspace):
    given.rule(workspace)
    stranger = factories.workspace()
    put(row(stranger.pk, user="u", properties={"amount": 200}))
    version = RuleVersion.objects.select_related("rule").get()
    assert why_not(version, Event.objects.get().id, now=NOON) is None
    assert judgements_for(workspace.pk, person(stranger), now=NOON) == []


def leaf(held, name):
    return Verdict(held=held, what="trait", name=name)


def tree(what, held, *children):
    return Verdict(held=held, what=what, children=children)


@pytest.mark.parametrize(
    ("verdict", "name"),
    [
        (leaf(True, "a"), None),
        (leaf(False, "a"), "a"),
        (tree("all", False, leaf(True, "a"), leaf(False, "b"), leaf(False, "c")), "b"),
        (tree("any", False, leaf(False, "a"), leaf(False, "b")), "a"),
        (tree("not", False, leaf(True, "a")), "a"),
        (tree("not", False, tree("all", True, leaf(True, "a"), leaf(True, "b"))), "a"),
        (tree("not", False, tree("any", True, leaf(False, "a"), leaf(True, "b"))), "b"),
        (tree("all", False, leaf(True, "a"), tree("not", False, tree("not", True, leaf(False, "b")))), "b"),
        (tree("any", True, leaf(False, "a"), leaf(True, "b")), None),
    ],
)
def test_the_first_leaf_that_decided_is_named(verdict, name):
    found = first_failed(verdict)
    assert (found.name if found else None) == name


def test_an_event_is_judged_on_what_was_known_then(workspace):
    version = given.rule(workspace, **{"if": {"trait": "tier", "is": "eq", "value": "tin"}}).live
    for hours, tier in ((0, "gold"), (2, "tin")):
        at = NOON + timedelta(hours=hours)
        put(row(workspace.pk, user="u", kind=2, name="identify", properties={"tier": tier}, at=at))
    put(row(workspace.pk, user="u", at=NOON + timedelta(hours=1)))
    with clock.at(NOON):
        drain_intake()
    told = why_not(version, Event.objects.get(name="buy").id, now=NOON)
    assert (told.fired, told.verdict.held, told.verdict.actual) == (False, False, "gold")


def test_a_trace_tells_each_leaf_with_its_place_its_value_and_its_time(workspace):
    condition = {"all": [given.BIG, {"not": {"any": [{"trait": "tier", "is": "exists"}, {"did": "view"}]}}]}
    version = given.rule(workspace, **{"if": condition}, unless={"property": "channel", "is": "exists"}).live
    _buy(workspace, 200)
    event = Event.objects.get(name="buy")
    told = trace(version, event.id, now=NOON)
    assert [(leaf.path, leaf.verdict.held) for leaf in told.leaves] == [
        ("/all/0/all/0", True),
        ("/all/0/all/1/not/any/0", False),
        ("/all/0/all/1/not/any/1", False),
        ("/all/1/not", False),
    ]
    assert told.leaves[0].verdict.actual == 200
    assert (told.judgement.fired, told.facts["event"]["properties"]) == (True, {"amount": 200})
    assert all(leaf.us >= 0 for leaf in told.leaves)
    assert trace(version, derived("nobody"), now=NOON) is None
