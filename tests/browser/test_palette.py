"""The palette, the shortcuts and the sheet that lists them, by keyboard alone."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from campaigns.flows.models import Flow
from tests.browser.conftest import Console
from tests.console.shop import THANKED

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_person_is_found_and_opened_by_the_keyboard_alone(console: Console):
    page = console.page
    console.log_in()
    console.go("/")
    page.keyboard.press("Control+k")
    field = page.locator("x-palette").get_by_role("combobox")
    expect(field).to_be_focused()
    page.keyboard.type("household-1")
    option = page.locator("x-palette").get_by_role("option", name="household-1")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", option.get_attribute("id") or "")
    assert console.violations() == []
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{console.address}{reverse('person', args=[console.shop.person(THANKED)])}")
    page.keyboard.press("Control+k")
    expect(page.locator("x-palette").get_by_role("option").first).to_contain_text("household-1")
    assert console.errors == []


def test_escape_gives_the_focus_back_and_arrows_go_round(console: Console):
    page = console.page
    console.log_in()
    console.go("/")
    opener = page.locator("[data-palette]")
    opener.focus()
    page.keyboard.press("Enter")
    options = page.locator("x-palette").get_by_role("option")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(page.locator("x-palette").get_by_role("combobox")).to_be_hidden()
    expect(opener).to_be_focused()


def test_what_is_being_composed_is_left_alone(console: Console):
    page = console.page
    console.log_in()
    console.go("/")
    Flow.objects.filter(key="win-back").update(name="银卡会员激活")
    page.keyboard.press("Control+k")
    expect(page.locator("x-palette").get_by_role("option").first).to_be_visible()
    address = page.url
    page.locator("x-palette").get_by_role("combobox").dispatch_event(
        "keydown", {"key": "Enter", "isComposing": True, "keyCode": 229}
    )
    assert page.url == address
    page.keyboard.type("ykhy")
    expect(page.locator("x-palette").get_by_role("option", name="银卡会员激活").first).to_be_visible()


def test_control_enter_opens_a_new_tab(console: Console):
    page = console.page
    console.log_in()
    console.go("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("audit")
    expect(page.locator("x-palette").get_by_role("option", name="Audit")).to_be_visible()
    with page.context.expect_page() as opened:
        page.keyboard.press("Control+Enter")
    expect(opened.value).to_have_url(f"{console.address}/audit/")
    expect(page.locator("x-palette").get_by_role("combobox")).to_be_visible()


def test_a_command_posts_what_it_does(console: Console):
    page = console.page
    console.log_in()
    console.go("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("dark")
    expect(page.locator("x-palette").get_by_role("option", name="Dark theme")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_letters_lead_to_places_and_the_sheet_lists_them(console: Console):
    page = console.page
    console.log_in()
    console.go("/")
    page.keyboard.press("g")
    page.keyboard.press("p")
    expect(page).to_have_url(f"{console.address}/people/")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("g j")
    expect(page).not_to_have_url(f"{console.address}/journeys/")
    page.locator("#main").focus()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Shortcuts")
    expect(sheet).to_contain_text("Journeys")
    assert console.violations() == []
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(page.locator("#main")).to_be_focused()
    assert console.errors == []


def test_switched_off_letters_do_nothing_but_control_k_works(console: Console):
    page = console.page
    console.log_in()
    console.go("/")
    console.shop.user.shortcuts = False
    console.shop.user.save()
    console.go("/people/")
    page.keyboard.press("g")
    page.keyboard.press("j")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert page.url == f"{console.address}/people/"
    page.keyboard.press("Control+k")
    expect(page.locator("x-palette").get_by_role("combobox")).to_be_visible()
