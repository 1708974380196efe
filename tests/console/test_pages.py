"""Every page of the console over rows that came about by the real verbs; no browser needed."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.delivery.models import Delivery
from tests import factories
from tests.console.shop import DOUBTFUL, FRUGAL, NO_CONSENT, THANKED, Shop, open_shop

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime.now(UTC)


@pytest.fixture
def shop(settings) -> Shop:
    return open_shop(settings, now=datetime.now(UTC))


def addresses(shop: Shop) -> list[str]:
    """The address of every page, with an object that exists where it needs one."""
    person, message = shop.person(THANKED), shop.message(THANKED)
    lists = ("home", "people", "segment-list", "refused", "rules", "flows", "runs", "messages", "mailbox", "parked")
    return [
        *(reverse(name) for name in (*lists, "audit", "preferences")),
        reverse("person", args=[person]),
        reverse("person-story", args=[person]),
        reverse("segment-page", args=["loyal"]),
        reverse("rule", args=["big-basket"]),
        reverse("flow", args=["thank-you"]),
        reverse("flow", args=["win-back"]),
        reverse("run", args=[message.run_id]),
        reverse("message", args=[message.pk]),
        reverse("message", args=[shop.message(NO_CONSENT).pk]),
        reverse("letter", args=[shop.letter().pk]),
    ]


def test_the_shop_came_about_as_meant(shop):
    assert shop.message(THANKED).state == "sent"
    assert (shop.message(NO_CONSENT).state, shop.message(NO_CONSENT).reason) == ("blocked", "no_consent")
    assert shop.message(DOUBTFUL).state == "in_doubt"
    assert not Delivery.objects.filter(person_id=shop.person(FRUGAL)).exists()


def test_every_page_answers_members_and_nobody_else(shop, client):
    for address in addresses(shop):
        assert client.get(address).status_code == 302, address
    client.force_login(shop.user)
    for address in addresses(shop):
        assert client.get(address).status_code == 200, address
    stranger = Client()
    stranger.force_login(factories.user(factories.workspace()))
    for address in addresses(shop):
        answer = stranger.get(address)
        assert answer.status_code in (200, 404), address
        assert "household-1" not in answer.content.decode(), address
