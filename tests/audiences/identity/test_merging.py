"""Operators merge people with a reason, see beforehand what it does, and decide claims."""

from datetime import timedelta

import pytest
from django.test import Client

from audiences import segments
from audiences.facts.models import EventCount
from audiences.identity import lookups, merging
from audiences.intake.models import Event, EventKind
from audiences.people.models import IdentityClaim, Person
from audiences.people.signals import people_merged
from compliance import audit
from compliance.consent.consents import consents_of, grant, withdraw
from config.kit.errors import Conflict, InputRefused
from config.kit.ids import derived
from tests import factories
from tests.audiences.events import come, row
from tests.factories import NOON

pytestmark = pytest.mark.django_db
W = 9001
"""a workspace whose number the events can name before it exists"""
LATER = NOON + timedelta(hours=1)
EMAIL = {"channel": "email", "purpose": "marketing", "source": "form", "at": NOON}


@pytest.fixture
def two():
    """Two known users of one workspace: ann bought and agreed, ann2 bought too, moved later, and declined."""
    workspace = factories.workspace(pk=W)
    where = {"did": "buy", "times": {"at_least": 2}}
    segments.define(W, {"key": "loyal", "where": where}, actor=factories.actor(), now=NOON)
    come(row(W, user="ann"), identify("ann", city="Lima", tier="gold", at=NOON - timedelta(days=2)))
    come(row(W, user="ann2"), identify("ann2", city="Oslo", at=NOON - timedelta(days=1)))
    ids = derived(W, "user", "ann"), derived(W, "user", "ann2")
    grant(W, ids[0], **EMAIL)
    withdraw(W, ids[1], **EMAIL)
    return workspace, *ids


def identify(user, at=NOON, **traits):
    return row(W, user=user, kind=EventKind.IDENTIFY, name="identify", at=at, properties=traits)


def merged(loser, winner, reason="same phone", workspace_id=W):
    return merging.merge_people(
        workspace_id, loser_id=loser, winner_id=winner, actor=factories.actor(), reason=reason, now=LATER
    )


def test_a_preview_says_what_a_merge_then_does(two):
    _, ann, ann2 = two
    said = merging.preview(W, loser_id=ann2, winner_id=ann)
    assert {row.name: (row.kept, row.kept_from) for row in said.traits} == {
        "city": ("Oslo", "loser"), "tier": ("gold", "winner"),
    }  # fmt: skip
    assert said.consents == (("email", "marketing", "withdrawn"),)
    assert (said.loser.events, said.winner.events) == (2, 2)
    assert Person.objects.filter(merged_into=None).count() == 2
    assert merged(ann2, ann) == ann
    (person,) = Person.objects.filter(merged_into=None)
    assert person.traits == {row.name: row.kept for row in said.traits}
    assert [(row.channel, row.purpose, row.state) for row in consents_of(W, ann)] == list(said.consents)


def test_a_merge_unites_events_counters_and_identifiers_and_judges_anew(two):
    _, ann, ann2 = two
    heard = []
    people_merged.connect(lambda **told: heard.append((told["loser_id"], told["winner_id"])), weak=False)
    merged(ann2, ann)
    assert set(Event.objects.exclude(name__startswith="segment.").values_list("person_id", flat=True)) == {ann}
    assert EventCount.objects.get(person_id=ann, name="buy").n == 2
    assert set(segments.segments_of([ann])[ann]) == {"loyal"}
    assert heard == [(ann2, ann)]
    come(row(W, user="ann2", name="later"))
    assert Event.objects.get(name="later").person_id == ann


def test_a_merge_is_explained_for_ever(two):
    _, ann, ann2 = two
    merged(ann2, ann)
    (story,) = lookups.merges_into(W, ann)
    assert (story.cause, story.actor, story.reason) == ("operator", "Ada Operator", "same phone")
    assert story.moved["events"] == 3  # bought, told about themselves, declined
    assert story.moved["traits"] == ["city"]
    assert audit.entries(W, action="person.merged").get().person_id == ann


def test_a_merge_needs_a_reason(two):
    with pytest.raises(InputRefused, match="reason"):
        merged(two[2], two[1], reason="  ")


def test_merges_that_would_loop_are_refused(two):
    _, ann, ann2 = two
    merged(ann2, ann)
    for loser, winner in ((ann2, ann), (ann, ann2), (ann, ann)):
        with pytest.raises(Conflict, match="one person already"):
            merged(loser, winner)


def test_a_chain_of_merges_leads_to_the_last(two):
    _, ann, ann2 = two
    come(row(W, user="ann3"))
    merged(ann2, ann)
    merged(ann2, derived(W, "user", "ann3"))  # whom ann2 means today
    assert set(Event.objects.exclude(name__startswith="segment.").values_list("person_id", flat=True)) == {
        derived(W, "user", "ann3")
    }
    assert [merge.loser_id for merge in lookups.merges_into(W, derived(W, "user", "ann3"))] == [ann, ann2]


def test_nobody_of_another_workspace_is_merged(two):
    come(row(W + 1, user="ann"))
    with pytest.raises(InputRefused, match="nobody has the id"):
        merged(derived(W + 1, "user", "ann"), two[1])


@pytest.mark.parametrize(("one_person", "left"), [(True, 1), (False, 2)])
def test_a_claim_is_decided_once(two, one_person, left):
    come(identify("ann", email="a@example.com"))
    come(identify("ann2", email="a@example.com"))
    claim = IdentityClaim.objects.get()
    decide = {"actor": factories.actor(), "reason": "called them", "now": LATER, "one_person": one_person}
    merging.settle_claim(claim, **decide)
    assert Person.objects.filter(merged_into=None).count() == left
    claim.refresh_from_db()
    assert (claim.state, claim.decided_by) == ("merged" if one_person else "dismissed", "Ada Operator")
    with pytest.raises(Conflict, match="decided already"):
        merging.settle_claim(claim, **decide)
    come(identify("ann2", email="a@example.com", at=LATER))
    claim.refresh_from_db()
    assert claim.state == ("merged" if one_person else "dismissed")


def test_the_api_previews_merges_and_lists(two):
    workspace = two[0]
    headers = factories.bearer(factories.api_key(workspace, "people:write"))
    client, body = Client(), {"loser": "ann2", "winner": "ann"}

    def post(path, body):
        return client.post(f"/v1/identity/{path}", body, content_type="application/json", headers=headers)

    assert post("merges/preview", body).json()["winner"]["user_id"] == "ann"
    assert post("merges", body).json()["errors"][0]["path"] == "/reason"
    assert post("merges", {**body, "winner": "nobody"}).json()["errors"][0]["path"] == "/winner"
    assert post("merges", {**body, "reason": "same phone"}).json() == {"id": str(two[1])}
    assert post("merges", {**body, "reason": "again"}).status_code == 409
    (past,) = client.get("/v1/identity/merges", headers=headers).json()["data"]
    assert past["reason"] == "same phone"


def test_the_api_decides_claims(two):
    workspace = two[0]
    come(identify("ann", email="a@example.com"), identify("ann2", email="a@example.com"))
    headers = factories.bearer(factories.api_key(workspace, "people:write"))
    client = Client()
    (claim,) = client.get("/v1/identity/claims?state=open", headers=headers).json()["data"]
    assert {claim["claimant_id"], claim["holder_id"]} == {str(two[1]), str(two[2])}
    address = f"/v1/identity/claims/{claim['id']}"
    for body, status in (({}, 422), ({"one_person": False, "reason": "twins"}, 200), ({"one_person": False}, 409)):
        assert client.post(address, body, content_type="application/json", headers=headers).status_code == status
    assert client.get("/v1/identity/claims?state=open", headers=headers).json()["data"] == []
    assert client.get("/v1/identity/claims?state=odd", headers=headers).status_code == 422
    other = factories.bearer(factories.api_key(factories.workspace(), "people:write"))
    assert client.get(address, headers=other).status_code == 404
