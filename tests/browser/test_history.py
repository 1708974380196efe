"""Back, Forward and reload show whole pages on every address whose parts htmx fills; no policy is violated on any."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.conftest import Console
from tests.console.shop import THANKED
from tests.console.test_pages import addresses

pytestmark = pytest.mark.django_db(transaction=True)
LISTEN = "document.addEventListener('securitypolicyviolation', (each) => window.violated(each.blockedURI))"


def whole(console: Console) -> None:
    expect(console.page.locator("nav.side")).to_have_count(1)
    expect(console.page.locator("h1")).to_have_count(1)


def test_every_fragment_s_address_is_a_page_under_back_forward_and_reload(console: Console):
    page, person = console.page, console.shop.person(THANKED)
    console.log_in()
    parts = [
        f"{reverse('people')}?q=household",
        f"{reverse('messages')}?state=sent",
        f"{reverse('runs')}?state=ended",
        reverse("person-story", args=[person]),
        reverse("person-why", args=[person]),
        reverse("segment-growth", args=["loyal"]),
        reverse("rule-pace", args=["big-basket"]),
        reverse("flow", args=["thank-you"]),
    ]
    for address in parts:
        console.go(address)
        whole(console)
        page.reload()
        whole(console)
    for _step in parts[1:]:
        page.go_back()
        whole(console)
    for _step in parts[1:]:
        page.go_forward()
        whole(console)
    assert console.errors == []


def test_a_search_and_a_page_change_come_back_whole(console: Console):
    page = console.page
    console.log_in()
    console.go(reverse("people"))
    page.get_by_role("searchbox").first.fill("household-2")
    expect(page).to_have_url(f"{console.address}{reverse('people')}?q=household-2")
    page.get_by_role("link", name="household-2").click()
    whole(console)
    page.go_back()
    whole(console)
    expect(page.get_by_role("searchbox").first).to_have_value("household-2")
    page.go_back()
    whole(console)
    page.go_forward()
    whole(console)
    assert console.errors == []


def test_no_page_violates_the_policy(console: Console):
    found: list[str] = []
    console.page.expose_function("violated", lambda where: found.append(where))  # noqa: PLW0108  (Playwright cannot wrap a built-in)
    console.page.add_init_script(LISTEN)
    console.log_in()
    for address in addresses(console.shop):
        console.go(address)
    assert found == []
