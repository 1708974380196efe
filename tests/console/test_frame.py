"""What stands around every page: places with counts, banners, choices."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from campaigns.delivery.models import Delivery
from campaigns.parking import ParkedEvent
from campaigns.pulse import beat
from config.kit.ids import uuid7
from config.navigation import places
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


@pytest.fixture
def workspace():
    return factories.workspace()


@pytest.fixture
def member(client, workspace):
    client.force_login(factories.user(workspace))
    return client


def delivery(workspace, **given):
    return Delivery.objects.create(
        **{
            "id": uuid7(),
            "workspace_id": workspace.pk,
            "person_id": uuid7(),
            "channel": "email",
            "purpose": "marketing",
            "template_version_id": 1,
            "created_at": NOW,
            **given,
        }
    )


def frame(client) -> str:
    return client.get(reverse("preferences")).content.decode()


def test_a_quiet_workspace_has_no_banner_and_no_count(member):
    assert 'class="notice' not in frame(member)
    assert 'class="n"' not in frame(member)


def test_doubtful_sends_are_told_on_every_page_with_the_way_to_them(member, workspace):
    delivery(workspace, state="in_doubt")
    assert "1 send is in doubt" in frame(member)
    delivery(workspace, state="in_doubt")
    page = frame(member)
    assert "2 sends are in doubt" in page
    assert f"{reverse('messages')}?state=in_doubt" in page
    assert 'class="n"' in page


def test_another_workspace_s_troubles_are_not_told(member):
    delivery(factories.workspace(), state="in_doubt")
    assert "in doubt" not in frame(member)


def test_a_channel_that_does_not_get_through_is_told_with_its_reason(member, workspace):
    delivery(workspace, state="pending", reason="recipient_later")
    assert "does not get through" not in frame(member)
    delivery(workspace, state="pending", reason="unreachable")
    assert "E-mail does not get through: provider unreachable. 1 message waits" in frame(member)


def test_workers_that_fell_silent_are_told(member):
    now = datetime.now(UTC)  # not NOW: the module may have been read minutes ago
    beat("rules", now=now)
    beat("flows", now=now - timedelta(minutes=5))
    assert "silent: flows" in frame(member)
    beat("rules", now=now - timedelta(minutes=6))
    assert "No worker has given a sign of life for 5 minutes" in frame(member)


def test_parked_events_are_counted_beside_their_place(member, workspace):
    ParkedEvent.objects.create(
        workspace_id=workspace.pk, event_id=uuid7(), person_id=uuid7(), reason="failed", parked_at=NOW
    )
    assert "waiting for you" in frame(member)


def test_every_place_has_a_key_of_its_own():
    keys = [place.key for place in places()]
    assert len(set(keys)) == len(keys)
    assert all(keys)


def test_single_letter_shortcuts_can_be_switched_off(member):
    assert 'data-keys="on"' in frame(member)
    member.post(reverse("preferences"), {"shortcuts": "off"})
    assert 'data-keys="off"' in frame(member)
    assert member.post(reverse("preferences"), {"shortcuts": "perhaps"}).status_code == 400
