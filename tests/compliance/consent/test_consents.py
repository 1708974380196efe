"""Nobody is written to without consent; the latest decision counts; of two persons who are one, the stricter."""

from datetime import timedelta

import pytest

from compliance import audit
from compliance.consent.consents import (
    GRANTED,
    WITHDRAWN,
    Change,
    consents_of,
    grant,
    may_contact,
    merge_consents,
    store,
    withdraw,
)
from config.kit.ids import uuid7
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db
EMAIL = {"channel": "email", "purpose": "marketing"}


@pytest.fixture
def workspace():
    return factories.workspace()


def verdict(workspace, person, *, purpose="marketing"):
    return may_contact(workspace.pk, [person], channel="email", purpose=purpose)[person]


def test_what_nobody_granted_is_not_allowed(workspace):
    assert (verdict(workspace, uuid7()).allowed, verdict(workspace, uuid7()).reason) == (False, "no_consent")


def test_transactional_messages_need_no_consent(workspace):
    assert verdict(workspace, uuid7(), purpose="transactional").allowed


def test_a_grant_allows_its_own_channel_purpose_and_workspace_only(workspace):
    person = uuid7()
    grant(workspace.pk, person, **EMAIL, source="form", at=NOON)
    found = verdict(workspace, person)
    assert (found.allowed, found.state, found.source, found.changed_at) == (True, GRANTED, "form", NOON)
    assert not verdict(workspace, person, purpose="survey").allowed
    assert not may_contact(workspace.pk, [person], channel="sms", purpose="marketing")[person].allowed
    assert not verdict(factories.workspace(), person).allowed


def test_a_withdrawal_forbids_and_both_are_on_the_trail(workspace):
    person = uuid7()
    assert grant(workspace.pk, person, **EMAIL, source="form", at=NOON)
    assert withdraw(workspace.pk, person, **EMAIL, source="link", at=NOON + timedelta(days=1))
    assert verdict(workspace, person).reason == "consent_withdrawn"
    entries = audit.entries(workspace.pk, person_id=person)
    assert [(e.action, e.payload["before"]) for e in entries] == [
        ("consent.withdrawn", "granted"),
        ("consent.granted", None),
    ]


def test_the_same_decision_again_changes_nothing(workspace):
    person = uuid7()
    assert withdraw(workspace.pk, person, **EMAIL, source="link", at=NOON)
    assert not withdraw(workspace.pk, person, **EMAIL, source="link", at=NOON + timedelta(hours=1))
    assert audit.entries(workspace.pk, person_id=person).count() == 1


@pytest.mark.parametrize("first", [GRANTED, WITHDRAWN])
def test_the_latest_decision_counts_whatever_the_order_of_arrival(workspace, first):
    person = uuid7()
    steps = [(grant, NOON), (withdraw, NOON + timedelta(hours=1))]
    for verb, at in steps if first == GRANTED else reversed(steps):
        verb(workspace.pk, person, **EMAIL, source="import", at=at)
    assert verdict(workspace, person).reason == "consent_withdrawn"


def test_of_two_decisions_at_one_instant_the_withdrawal_counts(workspace):
    one, other = uuid7(), uuid7()
    for verb in (grant, withdraw):
        verb(workspace.pk, one, **EMAIL, source="a", at=NOON)
    for verb in (withdraw, grant):
        verb(workspace.pk, other, **EMAIL, source="a", at=NOON)
    assert verdict(workspace, one).reason == verdict(workspace, other).reason == "consent_withdrawn"


def test_a_batch_is_a_constant_number_of_statements_and_may_name_a_person_twice(
    workspace, django_assert_max_num_queries
):
    people = [uuid7() for _ in range(200)]
    changes = [
        Change(person_id=person, **EMAIL, state=state, source="import", changed_at=NOON + timedelta(seconds=n))
        for person in people
        for n, state in enumerate((WITHDRAWN, GRANTED))
    ]
    with django_assert_max_num_queries(4):
        assert store(workspace.pk, changes, now=NOON) == 200
    assert all(v.allowed for v in may_contact(workspace.pk, people, **EMAIL).values())


@pytest.mark.parametrize("withdrawn_by", ["winner", "loser"])
def test_of_two_persons_who_are_one_the_stricter_decision_wins(workspace, withdrawn_by):
    winner, loser = uuid7(), uuid7()
    for name, person in (("winner", winner), ("loser", loser)):
        verb = withdraw if name == withdrawn_by else grant
        verb(workspace.pk, person, **EMAIL, source="x", at=NOON - timedelta(days=(name == withdrawn_by)))
    merge_consents(workspace.pk, into=winner, person_id=loser, now=NOON)
    assert verdict(workspace, winner).reason == "consent_withdrawn"


def test_a_merge_brings_decisions_that_only_the_other_had(workspace):
    winner, loser = uuid7(), uuid7()
    grant(workspace.pk, loser, **EMAIL, source="x", at=NOON)
    merge_consents(workspace.pk, into=winner, person_id=loser, now=NOON)
    assert verdict(workspace, winner).allowed
    assert consents_of(workspace.pk, winner).count() == 1
