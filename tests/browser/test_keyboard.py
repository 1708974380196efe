"""A form and a new segment by the keyboard alone, from the first key to what is stored: nothing is clicked."""

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from audiences.builder import catalogue
from audiences.segments.models import Segment
from compliance.access.models import User
from tests.browser.conftest import Console

pytestmark = pytest.mark.django_db(transaction=True)
FAR = 60


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the focus is there; every stop on the way has to be seen."""
    for _step in range(FAR):
        if wanted.evaluate("(each) => each === document.activeElement"):
            return
        page.keyboard.press("Tab")
        expect(page.locator(":focus")).to_be_visible()
    raise AssertionError(f"{wanted} is not reached with {FAR} tabs")


def test_a_form_is_filled_in_corrected_and_sent(console: Console):
    page = console.page
    console.log_in()
    console.go(reverse("preferences"))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    zone = page.locator("#main").get_by_role("combobox", name="Time zone")
    tab_to(page, zone)
    page.keyboard.press("Control+a")
    page.keyboard.type("tokyo")
    expect(page.locator("#zone-list").get_by_role("option", name="Asia/Tokyo")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(zone).to_have_value("Asia/Tokyo")
    tab_to(page, page.get_by_role("button", name="Save"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your preferences are stored.")).to_be_visible()
    assert User.objects.get(pk=console.shop.user.pk).zone == "Asia/Tokyo"
    assert console.errors == []


def test_a_segment_is_made_from_nothing(console: Console):
    page = console.page
    catalogue.forget()
    console.log_in()
    console.go(reverse("segment-new"))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    tab_to(page, page.locator("#c-1-add"))
    page.keyboard.press("Enter")
    tab_to(page, page.locator("#c-1-add + .sheet").get_by_role("button", name="What they did", exact=True))
    page.keyboard.press("Enter")
    expect(page.locator("[name$=event]")).to_be_focused()
    page.keyboard.type("purchase")
    tab_to(page, page.locator("[name$=times-n]"))
    page.keyboard.press("Control+a")
    page.keyboard.type("3")
    expect(page.locator("#live-count")).to_contain_text("of 4 people")
    tab_to(page, page.get_by_label("Name", exact=True))
    page.keyboard.type("By keys alone")
    tab_to(page, page.get_by_role("button", name="Save segment"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("By keys alone")
    live = Segment.objects.get(key="by-keys-alone").live
    assert live
    assert live.definition["where"]["times"] == {"at_least": 3}
    assert console.errors == []
