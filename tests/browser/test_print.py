"""Paper is light in both themes, shows the columns that a narrow window hides, and says whose page it is."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Console

pytestmark = [pytest.mark.django_db(transaction=True)]
GROUND = "getComputedStyle(document.body).backgroundColor"
INK = "getComputedStyle(document.querySelector('h1')).color"


def test_a_printed_list_is_light_complete_and_signed(console: Console):
    console.log_in()
    console.prefer(language="en", theme="dark")
    console.resize(700)  # about as wide as A4
    console.go("/audit/")
    page = console.page
    actor = page.get_by_role("columnheader", name="Actor", exact=True)
    expect(actor).to_be_hidden()
    expect(page.locator(".paper")).to_be_hidden()
    page.emulate_media(media="print")
    expect(actor).to_be_visible()
    expect(page.locator("nav.side")).to_be_hidden()
    expect(page.locator(".list-tools")).to_be_hidden()
    expect(page.locator(".paper")).to_contain_text(console.shop.workspace.name)
    expect(page.locator(".paper")).to_contain_text(console.shop.user.username)
    assert page.evaluate(GROUND) == "rgb(255, 255, 255)"
    assert page.evaluate(INK) == "rgb(24, 32, 43)"
    assert console.overflow() == 0
