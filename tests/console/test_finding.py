"""The palette's list and its page: what is found, and only what the role may do is offered."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from django.urls import reverse

from campaigns.flows.models import Flow
from tests.console.shop import THANKED, Shop, open_shop

pytestmark = pytest.mark.django_db
PALETTE = {"HX-Request": "true", "HX-Target": "palette-list"}
PEOPLE = """
insert into audiences_person (id, workspace_id, user_id, traits, trait_times, first_seen, last_seen)
select gen_random_uuid(), %s, 'customer-' || n,
    jsonb_build_object('email', 'c' || n || '@example.com', 'first_name', 'Name' || n %% 977,
        'phone', '+8613' || lpad((n * 7919 %% 1000000000)::text, 9, '0')), '{}', now(), now()
from generate_series(1, 100000) n
"""


@pytest.fixture(scope="module")
def opened(django_db_setup, django_db_blocker) -> Iterator[Shop]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield open_shop(datetime.now(UTC))
        transaction.set_rollback(True)


@pytest.fixture
def shop(opened, db) -> Shop:
    return opened


def asked(client, text="", **more) -> str:
    return client.get(reverse("find"), {"q": text, **more}, headers=PALETTE).content.decode()


def test_people_journeys_rules_segments_and_messages_are_found(shop, client):
    client.force_login(shop.user)
    assert reverse("person", args=[shop.person(THANKED)]) in asked(client, "household-1")
    assert reverse("flow", args=["thank-you"]) in asked(client, "thank")
    assert reverse("rule", args=["big-basket"]) in asked(client, "big")
    assert reverse("segment-page", args=["loyal"]) in asked(client, "loy")
    assert reverse("message", args=[shop.message(THANKED).pk]) in asked(client, str(shop.message(THANKED).pk))
    assert reverse("audit") in asked(client, "aud")
    assert "Nothing found" in asked(client, "no such thing")


def test_a_chinese_journey_is_found_by_its_initials(shop, client):
    Flow.objects.filter(workspace=shop.workspace, key="win-back").update(name="银卡会员激活")
    client.force_login(shop.user)
    assert reverse("flow", args=["win-back"]) in asked(client, "ykhy")


def test_nobody_s_address_is_told_in_clear(shop, client):
    client.force_login(shop.user)
    assert "household-1@example.com" not in asked(client, "household-1")


def test_only_what_the_role_may_do_is_offered(shop, client):
    client.force_login(shop.user)
    assert "Pause the journey" in asked(client, "pause")
    assert client.post(reverse("flow-switch", args=["thank-you"]), {"verb": "pause"}).status_code == 302
    assert "Resume the journey" in asked(client, "resume")
    client.force_login(shop.viewer)
    assert "the journey “" not in asked(client, "pause")
    assert client.post(reverse("flow-switch", args=["thank-you"]), {"verb": "resume"}).status_code == 403
    assert "Log out" in asked(client, "log out")


def test_a_journey_is_switched_once_however_often_the_command_is_sent(shop, client):
    client.force_login(shop.user)
    found = asked(client, "pause")
    fields = re.search(r'data-fields="(verb=pause&amp;form_key=(\w+))"', found)
    assert fields
    sent = {"verb": "pause", "form_key": fields[2]}
    for _again in range(2):
        client.post(reverse("flow-switch", args=["thank-you"]), sent)
    client.post(reverse("flow-switch", args=["thank-you"]), {"verb": "resume", "form_key": "another"})
    told = client.post(reverse("flow-switch", args=["thank-you"]), sent, follow=True).content.decode()
    assert "That was done already." in told
    assert Flow.objects.get(key="thank-you").state == "live"


def test_where_one_was_lately_is_named_by_the_server_and_stale_addresses_are_left_out(shop, client):
    client.force_login(shop.user)
    paths = [reverse("flow", args=["thank-you"]), reverse("flow", args=["gone"]), "/nowhere/", "//elsewhere.example/"]
    page = asked(client, recent=",".join(paths))
    assert page.index("Lately") < page.index("Go to")
    assert page.count("/journeys/gone/") == 0
    assert "elsewhere" not in page


def test_the_page_does_the_same_without_a_script(shop, client):
    client.force_login(shop.user)
    page = client.get(reverse("find"), {"q": "thank"}).content.decode()
    assert f'href="{reverse("flow", args=["thank-you"])}"' in page
    assert "<form" in page


@pytest.mark.slow
def test_anybody_among_100_000_is_found_within_100_ms(shop, client):
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, [shop.workspace.pk])
        cursor.execute("analyze audiences_person, audiences_findable")
    client.force_login(shop.user)
    asked(client, "c")
    for text in ("c", "customer-99", "name97", "4711", "c500@ex", "nobody at all"):
        assert min(_seconds(client, text) for _turn in range(3)) < 0.1, text


def _seconds(client, text: str) -> float:
    started = time.perf_counter()
    asked(client, text)
    return time.perf_counter() - started
