"""Two minutes before a session ends one is asked; at its end what was typed is kept."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Console

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_is_warned_and_can_stay(console: Console):
    page = console.page
    console.log_in()
    page.clock.install()
    console.go("/people/")
    soon = page.get_by_role("alertdialog")
    expect(soon).to_be_hidden()
    page.clock.fast_forward(timedelta(minutes=58, seconds=30) // timedelta(milliseconds=1))
    expect(soon).to_contain_text("You will be logged out soon.")
    assert console.violations() == []
    soon.get_by_role("button", name="Stay logged in").click()
    expect(soon).to_be_hidden()
    assert console.errors == []


def test_the_end_leads_to_the_log_in_and_back_to_the_page(console: Console):
    page = console.page
    console.log_in()
    page.clock.install()
    console.go("/people/?q=house")
    page.clock.fast_forward(timedelta(minutes=61) // timedelta(milliseconds=1))
    link = page.get_by_role("alert").get_by_role("link", name="Log in")
    expect(link).to_be_focused()
    expect(link).to_have_attribute("href", "/login/?next=%2Fpeople%2F%3Fq%3Dhouse")
    assert console.errors == []
