"""Drafts are kept with what is wrong with them, are never live, and two who edit at once learn of each other."""

import pytest

from campaigns.rules.live import live_rules
from campaigns.rules.models import Rule, RuleVersion
from campaigns.rules.publishing import drafts
from campaigns.rules.publishing.differences import changes_between
from campaigns.rules.publishing.drafts import discard_draft, find_draft, restore, save_draft
from campaigns.rules.publishing.models import RuleDraft
from compliance.audit import entries
from config.kit.errors import Conflict, InputRefused
from tests import factories
from tests.campaigns.rules import given
from tests.campaigns.rules.publishing import way
from tests.factories import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gate_in_process")]


def test_a_draft_is_kept_with_its_problems_and_is_not_live(workspace):
    made = way.draft(workspace, on=[], then=[{"start_flow": "nowhere"}])
    assert [problem["path"] for problem in made.problems] == ["/on"]
    assert find_draft(workspace.pk, "big-basket").definition["then"] == [{"start_flow": "nowhere"}]
    assert live_rules(workspace.pk) == []
    assert Rule.objects.get().live is None
    mended = way.draft(workspace, revision=1, then=[{"start_flow": "nowhere"}])
    assert [problem["path"] for problem in mended.problems] == ["/then/0/start_flow"]
    assert [step["name"] for step in mended.steps] == ["form", "references", "static", "cases"]
    assert all(step["ms"] >= 0 for step in mended.steps)


def test_saving_what_is_there_saves_nothing(workspace):
    way.draft(workspace)
    assert way.draft(workspace).revision == 1
    assert [entry.action for entry in entries(workspace.pk)] == ["rule.draft_saved"]


def test_a_parallel_edit_is_refused_and_says_what_differs(workspace):
    way.draft(workspace)
    way.draft(workspace, revision=1, by=factories.actor("Grace"), **way.above(200))
    with pytest.raises(Conflict, match=r"Grace saved revision 2 meanwhile") as caught:
        way.draft(workspace, revision=1, **way.above(300))
    (problem,) = caught.value.problems
    assert problem.path == "/if"
    assert "300" in problem.message
    assert "200" in problem.message
    assert find_draft(workspace.pk, "big-basket").definition["if"]["value"] == 200


def test_a_draft_that_was_published_meanwhile_is_not_taken_up_again(workspace):
    way.draft(workspace)
    RuleDraft.objects.all().delete()
    with pytest.raises(Conflict, match="published or discarded"):
        way.draft(workspace, revision=1, **way.above(1))


@pytest.mark.parametrize(
    ("key", "raw"),
    [("big", []), ("big", "x"), ("a b", {}), ("big", {"key": "other"}), ("big", {"name": "x" * 600_000})],
)
def test_what_cannot_be_kept_at_all_is_refused(workspace, key, raw):
    with pytest.raises(InputRefused):
        way.save_draft(workspace.pk, key, raw, revision=0, actor=factories.actor(), now=NOON)
    assert not Rule.objects.exists()


def test_discarding_keeps_what_is_live_and_forgets_what_never_was(workspace):
    given.rule(workspace)
    way.draft(workspace, **way.above(1))
    way.draft(workspace, "fresh")
    with pytest.raises(Conflict, match="revision 1"):
        discard_draft(workspace.pk, "fresh", revision=2, actor=factories.actor(), now=NOON)
    for key in ("big-basket", "fresh"):
        discard_draft(workspace.pk, key, revision=1, actor=factories.actor(), now=NOON)
    assert list(Rule.objects.values_list("key", "live__number")) == [("big-basket", 1)]
    assert not RuleDraft.objects.exists()


def test_an_older_version_becomes_the_draft(workspace):
    rule = given.rule(workspace)
    given.rule(workspace, **way.above(500))
    rule.refresh_from_db()
    draft = restore(rule, 1, revision=0, actor=factories.actor(), now=NOON)
    assert (draft.definition["if"], draft.base.number, draft.note) == (given.BIG, 2, "restored from version 1")
    with pytest.raises(RuleVersion.DoesNotExist):
        restore(rule, 9, revision=1, actor=factories.actor(), now=NOON)


def test_a_difference_is_told_as_data_and_in_words():
    old = {"on": ["buy"], "if": {"all": [given.BIG, {"segment": "vip"}]}, "priority": 100}
    new = {"on": ["buy", "pay"], "if": {"all": [given.BIG]}, "unless": {"segment": "staff"}, "priority": 5}
    told = {change.path: change for change in changes_between(old, new)}
    assert [(path, change.what) for path, change in told.items()] == [
        ("/on", "changed"),
        ("/if", "changed"),
        ("/unless", "added"),
        ("/priority", "changed"),
    ]
    assert told["/on"].words == ("on: added: pay",)
    assert told["/priority"].words == ("priority: 100 → 5",)
    assert "removed" in told["/if"].words[0]
    assert told["/unless"].after == {"segment": "staff"}
    assert changes_between(new, dict(reversed(new.items()))) == []


def test_who_saves_while_the_checks_run_is_not_overwritten(workspace, monkeypatch):
    """The checks run before the transaction, so that no lock is held for as long as they take."""
    told = {"actor": factories.actor(), "now": NOON}
    body = {"on": ["order_paid"], "then": [{"add_label": "a"}]}
    save_draft(workspace.pk, "slow", body, revision=0, **told)
    really = drafts.check

    def slowly(*args, **kwargs):
        monkeypatch.setattr(drafts, "check", really)
        save_draft(workspace.pk, "slow", {**body, "priority": 1}, revision=1, **told)
        return really(*args, **kwargs)

    monkeypatch.setattr(drafts, "check", slowly)
    with pytest.raises(Conflict):
        save_draft(workspace.pk, "slow", {**body, "priority": 2}, revision=1, **told)
    assert drafts.find_draft(workspace.pk, "slow").definition["priority"] == 1
