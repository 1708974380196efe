"""A combobox by keyboard alone, with an input method, and with several choices."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.conftest import Console

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_keyboard_alone_chooses(console: Console):
    page = console.page
    console.log_in()
    console.go(reverse("preferences"))
    zone = page.get_by_role("combobox", name="Time zone")
    zone.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("europe ber")
    expect(page.locator("#zone-list [role=option]")).to_have_count(1)
    expect(zone).to_have_attribute("aria-expanded", "true")
    active = page.locator(f"#{zone.get_attribute('aria-activedescendant')}")
    expect(active).to_have_text("Europe/Berlin")
    assert console.violations() == []
    page.keyboard.press("Enter")
    expect(zone).to_have_value("Europe/Berlin")
    expect(zone).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert zone.input_value() != "Europe/Berlin"
    before = zone.input_value()
    page.keyboard.type("x")
    page.keyboard.press("Escape")
    expect(zone).to_have_value(before)
    assert console.errors == []


def test_an_input_method_composes_in_peace(console: Console):
    page = console.page
    console.log_in()
    console.go(reverse("preferences"))
    zone = page.get_by_role("combobox", name="Time zone")
    zone.focus()
    zone.evaluate("(field) => { field.value = 'tokyo'; }")
    zone.dispatch_event("keydown", {"key": "Enter", "keyCode": 229, "isComposing": True})
    zone.evaluate("(field) => field.dispatchEvent(new InputEvent('input', {isComposing: true}))")
    page.wait_for_timeout(300)
    expect(page.locator("#zone-list")).to_be_hidden()
    zone.dispatch_event("compositionend")
    expect(page.locator("#zone-list")).to_have_text("Asia/Tokyo")
