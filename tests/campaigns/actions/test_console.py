"""What operators see of actions and do about them in the console."""

import pytest
from django.urls import reverse

from campaigns.actions import Action
from campaigns.actions.webhooks import wire
from campaigns.actions.webhooks.endpoints import save_endpoint
from campaigns.actions.webhooks.sending import drain_webhooks
from campaigns.rules.models import Rule
from compliance.access.models import Member
from compliance.audit import entries
from config.kit.http import Forbidden
from tests import factories
from tests.audiences.events import put, row
from tests.campaigns.rules import given
from tests.campaigns.world import settle
from tests.factories import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gate_in_process")]


@pytest.fixture
def workspace():
    return factories.workspace()


@pytest.fixture
def parked(workspace, monkeypatch):
    """A call that was given up, beside a label that was added."""
    with wire.calling_nobody():
        raw = {"key": "crm", "url": "https://crm.example/hook"}
        save_endpoint(workspace.pk, raw, actor=factories.actor(), now=NOON)
    given.listening(workspace, "tell-crm", {"webhook": {"endpoint": "crm"}}, {"add_label": "told"})
    put(row(workspace.pk, user="u"), at=NOON)
    settle(NOON)

    def inside(url, *, body, headers):
        raise Forbidden("address_inside", "crm.example leads to an address inside a network, which is not called")

    with monkeypatch.context() as patch:
        patch.setattr(wire, "call", inside)
        drain_webhooks(NOON)
    return Action.objects.get(state="parked")


def login(client, workspace, **given):
    client.force_login(factories.user(workspace, **given))
    return client


def test_the_list_says_what_was_done_and_what_was_given_up_and_why(client, workspace, parked):
    login(client, workspace)
    page = client.get(reverse("actions")).content.decode()
    for words in ("call another system", "add a label", "tell-crm", "the address leads inside a network", "parked"):
        assert words in page
    told = client.get(reverse("actions"), {"state": "parked"}).content.decode()
    assert (told.count("<tr"), page.count("<tr")) == (2, 3)  # with the heads
    assert "call another system" in client.get(reverse("actions"), {"rule": "tell"}).content.decode()
    assert "waiting for you" in client.get(reverse("preferences")).content.decode()


def test_what_was_parked_is_tried_once_more_from_the_list(client, workspace, parked):
    login(client, workspace)
    client.post(reverse("desk-bulk", args=["action"]), {"action": "replay", "row": [parked.pk]})
    parked.refresh_from_db()
    assert parked.state == "pending"
    assert entries(workspace.pk, action="action.replayed").count() == 1


def test_a_rule_is_stopped_and_released_on_its_page(client, workspace, parked):
    login(client, workspace)
    page = client.get(reverse("rule", args=["tell-crm"])).content.decode()
    assert "Stop at once" in page
    client.post(reverse("rule-stop", args=["tell-crm"]))
    assert Rule.objects.get().stopped_at is not None
    page = client.get(reverse("rule", args=["tell-crm"])).content.decode()
    assert "no event is judged by this rule" in page
    client.post(reverse("rule-stop", args=["tell-crm"]))
    assert Rule.objects.get().stopped_at is None


def test_who_may_only_look_stops_nothing(client, workspace, parked):
    login(client, workspace, role=Member.Role.VIEWER)
    assert "Stop at once" not in client.get(reverse("rule", args=["tell-crm"])).content.decode()
    assert client.post(reverse("rule-stop", args=["tell-crm"])).status_code == 403
    assert Rule.objects.get().stopped_at is None


def test_a_rules_page_says_what_steers_it(client, workspace):
    given.listening(
        workspace,
        "steered",
        {"set_trait": {"trait": "tier", "value": "gold"}},
        exclusive="welcome",
        cooldown="7d",
        max_firings={"per_subject": 3, "in_all": 1000, "per": "30d"},
        schedule={"weekdays": [1, 5], "window": {"from": "08:00", "to": "20:00"}, "zone": "Asia/Shanghai"},
        rollout=10,
    )
    page = login(client, workspace).get(reverse("rule", args=["steered"])).content.decode()
    for words in (
        "only the first of the group welcome fires on an event",
        "7d for each person",
        "3 for each person, 1,000 in all within 30d",
        "Mon, Fri; 08:00–20:00 (Asia/Shanghai)",
        "10 % of people",
    ):
        assert words in page
