"""The pages of who is who: the queue, deciding a claim, merging two people."""

import re

import pytest
from django.urls import reverse

from audiences.intake.models import EventKind
from audiences.people.models import IdentityClaim, Person
from tests.audiences.events import come, row
from tests.console.shop import FRUGAL, THANKED, open_shop
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return open_shop(NOON)


@pytest.fixture
def claim(shop):
    for user in (THANKED, FRUGAL):
        come(identify(shop, user), now=shop.now)
    return IdentityClaim.objects.get(kind="phone")


def identify(shop, user):
    number = {"phone": "+44 20 7946 0958"}
    return row(shop.workspace.pk, user=user, kind=EventKind.IDENTIFY, name="identify", properties=number)


@pytest.fixture
def member(shop, client):
    client.force_login(shop.user)
    return client


def living(shop):
    return Person.objects.filter(workspace_id=shop.workspace.pk, merged_into=None).count()


def test_the_queue_shows_a_claim_masked_with_both_sides(claim, member):
    shown = member.get(reverse("identity-claims")).content.decode()
    assert THANKED in shown
    assert FRUGAL in shown
    assert "+442079460958" not in shown
    assert shown.count("<h1") == 1


@pytest.mark.parametrize(("answer", "fewer"), [("one", 1), ("two", 0)])
def test_a_claim_is_decided(shop, claim, member, answer, fewer):
    before = living(shop)
    given = {"answer": answer, "reason": "called them"}
    answered = member.post(reverse("identity-decide", args=[claim.pk]), given, follow=True)
    assert answered.status_code == 200
    assert living(shop) == before - fewer
    assert "Waits for a decision" in answered.content.decode()
    again = member.post(reverse("identity-decide", args=[claim.pk]), given, follow=True)
    assert "Somebody else has decided" in again.content.decode()


def test_a_merge_without_a_reason_comes_back_with_the_field_marked(shop, claim, member):
    before = living(shop)
    answered = member.post(reverse("identity-decide", args=[claim.pk]), {"answer": "one", "reason": " "})
    assert answered.status_code == 422
    assert 'aria-invalid="true"' in answered.content.decode()
    assert living(shop) == before


def test_a_decision_that_is_sent_twice_is_made_once_and_says_so(shop, claim, member):
    page = member.get(reverse("identity-claims")).content.decode()
    key = re.findall(r'name="form_key" value="(\w+)"', page)[-1]
    sent = {"answer": "two", "reason": "", "form_key": key}
    for said in ("Noted: they are two people.", "That was done already."):
        answered = member.post(reverse("identity-decide", args=[claim.pk]), sent, follow=True)
        assert said in answered.content.decode()


def test_viewers_decide_nothing(shop, claim, client):
    client.force_login(shop.viewer)
    assert client.post(reverse("identity-decide", args=[claim.pk]), {"answer": "two"}).status_code == 403
    assert "Are they one person?" not in client.get(reverse("identity-claims")).content.decode()


def test_two_people_are_merged_by_name_reason_and_confirmation(shop, member):
    before, address = living(shop), reverse("identity-merge-now")
    two = {"loser": FRUGAL, "winner": THANKED}
    preview = member.get(reverse("identity-merge"), two).content.decode()
    assert "What" not in preview or "Afterwards" in preview
    assert member.post(address, {**two, "reason": "same card", "confirm": "somebody"}).status_code == 422
    assert member.post(address, {**two, "reason": "", "confirm": THANKED}).status_code == 422
    assert living(shop) == before
    answered = member.post(address, {**two, "reason": "same card", "confirm": THANKED})
    assert answered.status_code == 302
    assert living(shop) == before - 1
    story = member.get(answered.url + "merges/").content.decode()
    assert "merged two people" in story
    assert "same card" in story


@pytest.mark.parametrize("named", ["nobody", "'; drop table", "x" * 400, "\x00"])
def test_nobody_is_found_by_nonsense(shop, member, named):
    shown = member.get(reverse("identity-merge"), {"loser": named, "winner": THANKED})
    assert shown.status_code in (200, 400)
    assert "Afterwards" not in shown.content.decode()


def test_a_person_is_not_merged_with_themselves(shop, member):
    shown = member.get(reverse("identity-merge"), {"loser": THANKED, "winner": THANKED})
    assert "one person already" in shown.content.decode()
