"""Segment's own Python client, pointed at this server, delivers; what it repeats adds nothing."""

from datetime import UTC, datetime

import pytest
from segment.analytics.client import Client
from segment.analytics.request import post

from audiences.intake.models import IMPERSONAL, Event, EventKind, Repetition, Slice
from tests.factories import api_key, workspace

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture
def brand():
    return workspace()


@pytest.fixture
def write_key(brand):
    return api_key(brand)


def stored():
    return list(Event.objects.order_by("id").values_list("kind", "name", "user_id", "properties"))


def test_its_calls_become_rows(live_server, brand, write_key):
    client = Client(write_key, host=live_server.url, gzip=True, send=True, max_retries=1, on_error=pytest.fail)
    client.identify("u1", {"email": "u1@example.com", "city": "上海"}, timestamp=AT)
    client.track("u1", "purchase", {"amount": 42.5}, timestamp=AT)
    client.page("u1", "shop", "Home", timestamp=AT)
    client.screen("u1", "shop", "Basket", timestamp=AT)
    client.group("u1", "acme", {"plan": "pro"}, timestamp=AT)
    client.alias("visitor-7", "u1", timestamp=AT)
    client.flush()
    client.join()
    rows = {kind: (name, user, properties) for kind, name, user, properties in stored()}
    assert rows.keys() == set(EventKind.values) - IMPERSONAL - {EventKind.INTERNAL}
    assert rows[EventKind.TRACK] == ("purchase", "u1", {"amount": 42.5})
    assert rows[EventKind.IDENTIFY][2] == {"email": "u1@example.com", "city": "上海"}
    assert set(Event.objects.values_list("workspace_id", flat=True)) == {brand.pk}
    assert abs((Event.objects.get(kind=EventKind.TRACK).event_time - AT).total_seconds()) < 5


def test_the_same_batch_twice_adds_nothing(live_server, brand, write_key):
    batch = [
        {"type": "track", "event": "purchase", "userId": "u1", "messageId": f"m{n}", "timestamp": AT.isoformat()}
        for n in range(50)
    ]
    answers = [post(write_key, live_server.url, gzip=True, batch=batch).json() for _ in range(2)]
    assert [(answer["accepted"], answer["duplicates"]) for answer in answers] == [(50, 0), (0, 50)]
    assert Event.objects.count() == 50
    assert sum(Repetition.objects.filter(workspace_id=brand.pk).values_list("n", flat=True)) == 50
    assert Slice.objects.filter(workspace_id=brand.pk).exists()
