"""Back, Forward and reload show whole pages on every address whose parts htmx fills; none is left out."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import resolve, reverse
from playwright.sync_api import expect

from config.env import BASE
from tests.browser.conftest import Console
from tests.console.shop import Shop
from tests.console.test_pages import addresses

pytestmark = pytest.mark.django_db(transaction=True)
SHARES = 4
NAMED = re.compile(r"""hx-get="\{% url ['"]([\w-]+)['"]""")
OF_PART = re.compile(r"""<c-part url="\{% url ['"]([\w-]+)['"]""")
OF_PART_LATER = re.compile(r"<c-part :url=\"(\w+)\"")
NEVER_SHOWN = {"segment-exact", "job-later"}  # how far a count is; a message: neither enters the history


def templates() -> Iterator[Path]:
    for app in ("config", "compliance", "audiences", "content", "campaigns"):
        yield from (BASE / app).rglob("templates/**/*.html")


def asked_for() -> set[str]:
    """The names of the views that templates have htmx ask."""
    asked = set()
    for template in templates():
        text = template.read_text()
        asked |= {*NAMED.findall(text), *OF_PART.findall(text)}
        for word in OF_PART_LATER.findall(text):
            asked |= set(re.findall(rf"""{{% url ['"]([\w-]+)['"][^%]* as {word} %}}""", text))
    return asked


def fragments(shop: Shop) -> dict[str, str]:
    """Every address that a page asks htmx to get, by the name of its view: found in the pages, not in a list."""
    client = Client()
    client.force_login(shop.user)
    asked, found = asked_for(), {}
    for page in addresses(shop):
        wanted = re.findall(r'hx-get="([^"]*)"', client.get(page).content.decode())
        for address in (page, *(urljoin(page, unescape(one)) for one in wanted)):
            name = resolve(urlsplit(address).path).view_name
            if address != page or name in asked:
                found[name] = max(found.get(name, ""), address, key=len)
    return found


def whole(console: Console) -> None:
    expect(console.page.locator("nav.side")).to_have_count(1)
    expect(console.page.locator("h1")).to_have_count(1)


@pytest.mark.parametrize("share", range(SHARES))
def test_every_fragment_s_address_is_a_page_under_back_forward_and_reload(console: Console, share: int):
    page = console.page
    console.log_in()
    walked = sorted(fragments(console.shop).values())[share::SHARES]
    for address in walked:
        console.go(address)
        whole(console)
        page.reload()
        whole(console)
    for _step in walked[1:]:
        page.go_back()
        whole(console)
    for _step in walked[1:]:
        page.go_forward()
        whole(console)
    assert console.errors == []


def test_no_template_asks_for_a_fragment_that_is_not_walked(shop: Shop):
    asked = asked_for()
    assert len(asked) > 8
    assert asked - NEVER_SHOWN - fragments(shop).keys() == set()


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
