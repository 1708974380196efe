"""Every page of the console over rows that came about by the real verbs; no browser needed."""

import gzip
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver, resolve, reverse

from campaigns.delivery.models import Delivery
from campaigns.overview.story import story
from config.env import BASE
from config.styleguide.chapters import CHAPTERS
from tests import factories
from tests.console.shop import DOUBTFUL, FRUGAL, NO_CONSENT, THANKED, Shop, open_shop

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("pages")]


@pytest.fixture(scope="module")
def opened(django_db_setup, django_db_blocker) -> Iterator[Shop]:
    """One shop for all tests of this module, in a transaction that is rolled back; each test has a savepoint in it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield open_shop(datetime.now(UTC))
        transaction.set_rollback(True)


@pytest.fixture
def shop(opened, db) -> Shop:
    return opened


@pytest.fixture(scope="module")
def answers(opened, django_db_blocker) -> dict[str, HttpResponse]:
    """What every page answers its member, asked once for all tests that look at them."""
    client = Client()
    with django_db_blocker.unblock():
        client.force_login(opened.user)
        return {address: client.get(address) for address in addresses(opened)}


def addresses(shop: Shop) -> list[str]:
    """The address of every page, with an object that exists where it needs one."""
    person, message = shop.person(THANKED), shop.message(THANKED)
    lists = (
        "home",
        "find",
        "people",
        "segment-list",
        "refused",
        "rules",
        "flows",
        "runs",
        "messages",
        "mailbox",
        "parked",
        "actions",
    )
    return [
        *(reverse(name) for name in (*lists, "audit", "preferences", "styleguide")),
        *(reverse("styleguide-chapter", args=[chapter.key]) for chapter in CHAPTERS),
        *(reverse(name) for name in ("jobs", "privacy", "identity-claims", "identity-merge")),
        *(reverse(f"person-{part}", args=[person]) for part in ("merges", "now", "frequency")),
        reverse("privacy-ask", args=[person]),
        *(reverse(f"person-{form}", args=[person]) for form in ("note", "unmask", "contact")),
        *(reverse(name) for name in ("jobs", "imports", "import-new", "identity-claims", "identity-merge")),
        reverse("import", args=[shop.drafted().pk]),
        f"{reverse('import', args=[shop.drafted().pk])}?try=1",
        reverse("import", args=[shop.imported().pk]),
        reverse("job", args=[shop.imported().job_id]),
        reverse("person-merges", args=[person]),
        reverse("person", args=[person]),
        reverse("person-story", args=[person]),
        reverse("person-why", args=[person]),
        reverse("segment-new"),
        reverse("segment-edit", args=["loyal"]),
        reverse("segment-page", args=["loyal"]),
        *(reverse(f"segment-{tab}", args=["loyal"]) for tab in ("members-page", "history-page", "uses", "trail")),
        reverse("segment-growth", args=["loyal"]),
        *(reverse(f"template-{tab}") for tab in ("list", "new")),
        *(reverse(f"template-{tab}", args=["thank-you-en"]) for tab in ("page", "edit", "versions", "uses", "trail")),
        reverse("rule", args=["big-basket"]),
        reverse("rule-pace", args=["big-basket"]),
        reverse("rule-new"),
        reverse("rule-case", args=["big-basket", shop.case().pk]),
        *(reverse(f"rule-{tab}", args=["big-basket"]) for tab in ("edit", "look", "json", "cases", "case-new")),
        *(reverse(f"rule-{tab}", args=["big-basket"]) for tab in ("versions", "release")),
        *(reverse(f"rule-{tab}", args=["big-basket"]) for tab in ("conflicts", "trace", "test")),
        *(reverse(name) for name in ("tables", "table-new")),
        reverse("table", args=[shop.table()]),
        reverse("flow", args=["thank-you"]),
        reverse("flow", args=["win-back"]),
        reverse("flow-figures", args=["thank-you"]),
        reverse("flow-new"),
        *(reverse(f"flow-{tab}", args=["thank-you"]) for tab in ("canvas", "outline", "start", "release")),
        *(reverse("flow-node", args=["thank-you", name]) for name in shop.nodes("thank-you")),
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


def test_every_page_answers_members_and_nobody_else(shop, answers, client):
    for address, answer in answers.items():
        assert client.get(address).status_code == 302, address
        assert answer.status_code == 200, address
    stranger = Client()
    stranger.force_login(factories.user(factories.workspace()))
    for address in answers:
        answer = stranger.get(address)
        assert answer.status_code in (200, 404), address
        assert "household-1" not in answer.content.decode(), address


ANY = {"uuid": "00000000-0000-0000-0000-000000000000", "int": "1", "slug": "x", "str": "x"}
NO_PAGES = {
    *("flow-document", "flow-node-figures"),  # what answers a GET but is no page of the console
    *("favicon", "healthz", "readyz", "api-docs", "api-schema", "login", "consent-unsubscribe", "consent-preferences"),
    *(
        "live-stream",
        "live-parts",
        "person-json",
        "flow-document",
        "flow-node-figures",
        "job-file",
        "import-refused",
        "letter-html",
        "table-file",
    ),
    *("job-later", "segment-exact", "segment-live", "conditions"),  # parts alone, which never enter the history
}


def views(patterns: Iterable[Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Yield the name of every view outside the API, and an address; what it names need not exist."""
    for each in patterns:
        route = f"{before}{each.pattern}"
        if hasattr(each, "url_patterns"):
            yield from views(each.url_patterns, route)
        elif each.name and not route.startswith("v1/"):
            yield each.name, "/" + re.sub(r"<(\w+):\w+>", lambda kind: ANY[kind[1]], route)


def test_no_page_is_missing_among_the_addresses(shop, client):
    client.force_login(shop.user)
    known = {resolve(urlsplit(address).path).view_name for address in addresses(shop)} | NO_PAGES
    others = {name: address for name, address in views(get_resolver().url_patterns) if name not in known}
    assert [name for name, address in others.items() if client.get(address).status_code != 405] == []


def test_every_page_has_one_heading_of_the_first_level(answers):
    headings = {address: answer.content.count(b"<h1") for address, answer in answers.items()}
    assert {address: n for address, n in headings.items() if n != 1} == {}


def test_a_doubtful_send_is_settled_by_an_operator_and_not_by_a_viewer(shop, client):
    message = shop.message(DOUBTFUL)
    address, decide = reverse("message", args=[message.pk]), reverse("message-resolve", args=[message.pk])
    client.force_login(shop.viewer)
    assert "It arrived" not in client.get(address).content.decode()
    assert client.post(decide, {"resolution": "sent"}).status_code == 403
    client.force_login(shop.user)
    assert client.post(decide, {"resolution": "perhaps"}).status_code == 400
    assert "It arrived" in client.get(address).content.decode()
    client.post(decide, {"resolution": "sent"})
    assert shop.message(DOUBTFUL).state == "sent"
    again = client.post(decide, {"resolution": "failed"}, follow=True)
    assert "Somebody else has decided" in again.content.decode()


def test_why_and_why_not_are_answered_from_stored_facts(shop, client):
    client.force_login(shop.user)
    frugal = client.get(reverse("person-why", args=[shop.person(FRUGAL)])).content.decode()
    assert "did not match" in frugal
    assert "amount is at least 50" in frugal
    assert "12.5" in frugal
    blocked = client.get(reverse("person-why", args=[shop.person(NO_CONSENT)])).content.decode()
    assert "Blocked: no consent." in blocked
    assert "none recorded" in blocked


def test_a_list_answers_htmx_with_the_list_alone(shop, client):
    client.force_login(shop.user)
    headers = {"HX-Request": "true", "HX-Target": "people-list"}
    part = client.get(reverse("people"), {"q": "household-2"}, headers=headers)
    assert part.content.decode().strip().startswith('<div id="people-list"')
    assert "household-3" not in part.content.decode()
    assert "HX-Target" in part["Vary"]
    assert "<html" in client.get(reverse("people"), headers={"HX-Request": "true"}).content.decode()


@pytest.mark.parametrize("address", ["/people/?cursor=nonsense", "/audit/?cursor=W10", "/runs/?limit=9999"])
def test_a_query_that_cannot_be_read_is_a_400_and_names_the_part(shop, client, address):
    client.force_login(shop.user)
    answer = client.get(address)
    assert answer.status_code == 400
    assert address.partition("?")[2].partition("=")[0] in answer.content.decode()


def test_addresses_and_names_are_masked_on_a_person_s_pages(shop, client):
    client.force_login(shop.user)
    for name in ("person", "person-story", "person-why"):
        page = client.get(reverse(name, args=[shop.person(THANKED)])).content.decode()
        assert "household-1@example.com" not in page
        assert "Mia" not in page


def test_a_story_is_paged_without_loss_or_repetition(shop, client, monkeypatch):
    monkeypatch.setattr("campaigns.overview.story.PAGE", 3)
    whole, cursor = [], ""
    for _turn in range(20):
        page = story(shop.workspace.pk, shop.person(THANKED), cursor=cursor)
        whole += [(entry.kind, entry.row.pk) for entry in page.rows]
        cursor = page.next
        if cursor is None:
            break
    monkeypatch.setattr("campaigns.overview.story.PAGE", 1000)
    at_once = story(shop.workspace.pk, shop.person(THANKED)).rows
    assert whole == [(entry.kind, entry.row.pk) for entry in at_once]
    assert {kind for kind, _pk in whole} == {"event", "firing", "run", "message", "end"}


def test_scripts_and_styles_weigh_at_most_45_kb_and_no_page_more_than_20(answers):
    dist = BASE / "config" / "kit" / "static" / "kit" / "dist"
    loaded = sum(len(gzip.compress((dist / name).read_bytes())) for name in ("app.js", "style.css"))
    heaviest = max(len(gzip.compress(answer.content)) for answer in answers.values())
    assert loaded <= 45 * 1024
    assert heaviest <= 20 * 1024


def test_what_a_page_loads_keeps_its_budget():
    dist = BASE / "config" / "kit" / "static" / "kit" / "dist"
    weights = {path.name: len(gzip.compress(path.read_bytes())) / 1024 for path in dist.glob("*.*s*")}
    budgets = {
        "app.js": 29,
        "style.css": 20,
        "icons.svg": 8,
        "charts.js": 240,
        "live.js": 3,
        "combobox.js": 4,
        "conditions.js": 8,
        "journey.js": 157,
    }
    assert {name: weight for name, weight in weights.items() if weight > budgets.get(name, 3)} == {}
    assert weights["app.js"] + weights["style.css"] <= 45


def test_no_page_is_heavy(answers):
    weights = {address: len(gzip.compress(answer.content)) for address, answer in answers.items()}
    assert {address: weight for address, weight in weights.items() if weight > 12 * 1024} == {}


def test_no_page_names_anything_outside_and_no_script_or_style_stands_in_it(answers):
    for address, answer in answers.items():
        html = answer.content.decode()
        assert not re.search(r'(?:src|href)="(?:https?:)?//', html), address
        assert not re.search(r"<script(?![^>]*(?:src=|application/json))|<style| on[a-z]+=\"", html), address
        assert "script-src 'self'" in answer["Content-Security-Policy"], address
