"""Four eyes: nobody approves what they made, an approval is of exactly what was seen, and every edit voids it."""

import pytest
from django.core.exceptions import PermissionDenied

from campaigns.rules.define import amend, define_or_submit
from campaigns.rules.models import Rule
from campaigns.rules.publishing.models import RuleReview
from campaigns.rules.publishing.policy import policy_of, set_policy
from campaigns.rules.publishing.releasing import publish, roll_back
from campaigns.rules.publishing.reviewing import approve, pending_review, reject, submit, withdraw
from compliance.access.models import Member
from compliance.audit import entries
from config.kit.actors import Actor, ActorKind
from config.kit.errors import Conflict, InputRefused
from tests import factories
from tests.campaigns.rules import given
from tests.campaigns.rules.publishing import way
from tests.factories import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gate_in_process")]
KEY = "big-basket"


@pytest.fixture
def people(workspace):
    return way.four_eyes(workspace)


def hand_in(workspace, maker, revision=1, **parts):
    way.draft(workspace, revision=revision - 1, by=maker, **parts)
    return submit(workspace.pk, KEY, revision=revision, actor=maker, now=NOON)


def decide(workspace, review, by):
    return approve(workspace.pk, KEY, sha256=review.sha256, actor=by, now=NOON)


def test_what_another_approved_is_live_and_says_so(workspace, people):
    maker, reviewer = people
    review = hand_in(workspace, maker)
    assert Rule.objects.get().live is None
    made = decide(workspace, review, reviewer)
    assert (made.rule.live.author, made.rule.live.approved_by) == (maker.name, reviewer.name)
    review.refresh_from_db()
    assert (review.state, review.decided_by) == ("approved", reviewer.name)
    actions = [entry.action for entry in entries(workspace.pk, object_kind="rule")]
    assert actions[:4] == ["rule.published", "rule.review_approved", "rule.submitted", "rule.draft_saved"]


def test_nobody_publishes_past_the_review(workspace, people):
    way.draft(workspace, by=people[0])
    with pytest.raises(Conflict, match="another pair of eyes"):
        publish(workspace.pk, KEY, revision=1, actor=people[1], now=NOON)


def test_no_maker_approves_not_even_a_superuser(workspace, people):
    maker, reviewer = people
    root = way.member(workspace, Member.Role.ADMIN, is_superuser=True)
    way.draft(workspace, by=root)
    review = hand_in(workspace, maker, revision=2, **way.above(5))
    for each in (maker, root):
        with pytest.raises(PermissionDenied):
            decide(workspace, review, each)
    assert decide(workspace, review, reviewer).rule.live.number == 1


def test_who_edited_an_earlier_version_since_the_last_approval_is_a_maker(workspace):
    third = way.member(workspace, Member.Role.ADMIN)
    given.define(workspace.pk, given.raw_rule(), actor=third, now=NOON)
    maker, reviewer = way.four_eyes(workspace)
    review = hand_in(workspace, maker, **way.above(5))
    with pytest.raises(PermissionDenied):
        decide(workspace, review, third)
    decide(workspace, review, reviewer)
    later = hand_in(workspace, maker, **way.above(6))
    assert decide(workspace, later, third).rule.live.number == 3


@pytest.mark.parametrize("role", [Member.Role.OPERATOR, Member.Role.VIEWER])
def test_only_deciding_roles_decide(workspace, people, role):
    review = hand_in(workspace, people[0])
    with pytest.raises(PermissionDenied):
        decide(workspace, review, way.member(workspace, role))


def test_an_edit_voids_what_waits_and_the_old_hash_approves_nothing(workspace, people):
    maker, reviewer = people
    seen = hand_in(workspace, maker)
    way.draft(workspace, revision=1, by=maker, **way.above(9999))
    seen.refresh_from_db()
    assert seen.state == "void"
    with pytest.raises(Conflict, match="waits for a review"):
        decide(workspace, seen, reviewer)
    submit(workspace.pk, KEY, revision=2, actor=maker, now=NOON)
    with pytest.raises(Conflict, match="no longer what you saw") as caught:
        decide(workspace, seen, reviewer)
    assert [(p.path, "9999" in p.message) for p in caught.value.problems] == [("/if", True)]
    assert Rule.objects.get().live is None


def test_handing_in_is_refused_where_nobody_else_could_approve(workspace, people):
    maker, reviewer = people
    Member.objects.filter(user_id=int(reviewer.id)).update(role=Member.Role.VIEWER)
    with pytest.raises(Conflict, match="Nobody else could approve"):
        hand_in(workspace, maker)
    assert not RuleReview.objects.exists()


def test_a_policy_that_nobody_could_meet_is_refused(workspace):
    alone = way.member(workspace, Member.Role.ADMIN)
    with pytest.raises(Conflict, match="Nobody else"):
        set_policy(workspace.pk, {"review": True}, actor=alone, now=NOON)
    assert not policy_of(workspace.pk).review
    for bad in ([], {"review": 1}, {"revue": True}):
        with pytest.raises(InputRefused):
            set_policy(workspace.pk, bad, actor=alone, now=NOON)


def test_a_rejection_needs_a_reason_and_leaves_the_draft(workspace, people):
    maker, reviewer = people
    hand_in(workspace, maker)
    with pytest.raises(InputRefused):
        reject(workspace.pk, KEY, reason=" ", actor=reviewer, now=NOON)
    assert reject(workspace.pk, KEY, reason="100 is too low", actor=reviewer, now=NOON).reason == "100 is too low"
    again = submit(workspace.pk, KEY, revision=1, actor=maker, now=NOON)
    assert withdraw(workspace.pk, KEY, actor=maker, now=NOON).pk == again.pk
    with pytest.raises(Conflict):
        withdraw(workspace.pk, KEY, actor=maker, now=NOON)


def test_defining_in_one_call_hands_in_and_doing_less_waits_for_nobody(workspace, people):
    maker, reviewer = people
    defined = define_or_submit(workspace.pk, given.raw_rule(), actor=maker, now=NOON)
    assert (defined.rule.live, defined.review.state) == (None, "pending")
    rule = decide(workspace, defined.review, reviewer).rule
    quiet = amend(rule, mode="shadow", actor=maker, now=NOON)
    assert (quiet.rule.mode, quiet.review) == ("shadow", None)
    loud = amend(quiet.rule, mode="live", actor=maker, now=NOON)
    assert (loud.rule.mode, loud.review.state) == ("shadow", "pending")
    assert pending_review(rule) == loud.review


def test_rolling_back_waits_for_nobody(workspace, people):
    maker, reviewer = people
    for limit in (1, 2):
        decide(workspace, hand_in(workspace, maker, **way.above(limit)), reviewer)
    assert roll_back(workspace.pk, KEY, actor=maker, now=NOON).live.number == 1


def test_a_key_approves_only_where_the_policy_lets_it(workspace):
    maker, _reviewer = way.four_eyes(workspace)
    factories.api_key(workspace, "rules:publish")
    key = Actor(kind=ActorKind.KEY, id=str(workspace.keys.get().pk), name="ci")
    review = hand_in(workspace, maker)
    with pytest.raises(PermissionDenied):
        decide(workspace, review, key)
    set_policy(workspace.pk, {"keys_approve": True}, actor=maker, now=NOON)
    assert decide(workspace, review, key).rule.live.approved_by == "ci"
