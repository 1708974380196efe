"""Lists as people use them: by keyboard alone, with filters that Back takes out, with many rows, without scripts."""

import pytest
from playwright.sync_api import expect

from compliance.consent.models import Suppression
from tests.browser.conftest import Console

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = "#people-list tbody tr"


def test_a_list_is_walked_by_keyboard_alone(console: Console):
    page = console.page
    console.log_in()
    console.go("/people/")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="User id")).to_be_focused()
    page.keyboard.type("household")
    expect(page).to_have_url(f"{console.address}/people/?q=household")
    page.locator("#main").focus()
    rows = page.locator(ROWS)
    first, second = (rows.nth(index).locator("a").first for index in (0, 1))
    page.keyboard.press("j")
    expect(first).to_be_focused()
    page.keyboard.press("j")
    expect(second).to_be_focused()
    page.keyboard.press("k")
    expect(first).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator(".bulk")).to_contain_text("1 selected")
    expect(rows.nth(0).get_by_role("checkbox")).to_be_checked()
    first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#person-story")).to_be_visible()
    assert console.errors == []


def test_single_letters_do_nothing_once_they_are_switched_off(console: Console):
    console.log_in()
    console.shop.user.shortcuts = False
    console.shop.user.save(update_fields=["shortcuts"])
    console.go("/people/")
    console.page.keyboard.press("j")
    console.page.keyboard.press("/")
    expect(console.page.locator(f"{ROWS} a").first).not_to_be_focused()
    expect(console.page.locator(".list-find input")).not_to_be_focused()


def test_filters_are_chips_in_the_address_that_back_and_forward_and_reload_keep(console: Console):
    page = console.page
    console.log_in()
    console.go("/messages/")
    page.get_by_text("Add filter").click()
    page.locator(".list-field", has_text="State").locator("summary").click()
    page.get_by_label("blocked", exact=True).check()
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page).to_have_url(f"{console.address}/messages/?state=blocked")
    chip = page.locator(".list-chips .chip")
    expect(chip).to_contain_text("blocked")
    page.get_by_role("link", name="Asked for").click()
    expect(page).to_have_url(f"{console.address}/messages/?state=blocked&sort=asked")
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Asked for")
    page.reload()
    expect(chip).to_contain_text("blocked")
    page.go_back()
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("Asked for")
    expect(page.locator("nav.side")).to_be_visible()
    page.go_forward()
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Asked for")
    page.get_by_role("link", name="Take out the filter State").click()
    expect(chip).to_have_count(0)
    expect(page).to_have_url(f"{console.address}/messages/?sort=asked")
    assert console.errors == []


def test_pages_lead_on_and_back(console: Console):
    page = console.page
    console.crowd(120)
    console.log_in()
    console.go("/people/")
    expect(page.locator(ROWS)).to_have_count(50)
    first = page.locator(f"{ROWS} a").first.inner_text()
    page.get_by_role("link", name="Next page").click()
    expect(page.locator(f"{ROWS} a").first).not_to_have_text(first)
    page.get_by_role("link", name="Previous page").click()
    expect(page.locator(f"{ROWS} a").first).to_have_text(first)
    expect(page.get_by_role("link", name="Previous page")).to_have_count(0)
    assert console.errors == []


def test_all_that_match_are_selected_as_a_query(console: Console):
    page = console.page
    console.crowd(120)
    console.log_in()
    console.go("/people/?q=crowd")
    bar = page.locator(".bulk")
    expect(bar).to_be_hidden()
    page.get_by_label("Select all rows of this page").check()
    expect(bar).to_contain_text("50 selected")
    page.get_by_label("All that match (120 people)").check()
    bar.get_by_role("button", name="Suppress").click()
    expect(page.locator("#main")).to_contain_text("120 people")
    assert not Suppression.objects.exists()
    assert page.locator("input[name=rows]").count() == 0
    page.get_by_role("button", name="Suppress").click()
    expect(page.locator(".banner.ok")).to_contain_text("120 addresses")
    assert Suppression.objects.count() == 120
    assert console.errors == []


def test_a_view_is_saved_opened_renamed_deleted_and_brought_back(console: Console):
    page = console.page
    console.log_in()
    console.go("/people/?known=yes&sort=first_seen")
    page.get_by_text("Views", exact=True).click()
    page.get_by_label("Keep filters, order and columns as a view").fill("<b>Known</b> 会员")
    page.get_by_role("button", name="Save view").click()
    expect(page.locator(".banner.ok")).to_contain_text("<b>Known</b> 会员")
    console.go("/people/")
    page.get_by_text("Views", exact=True).click()
    page.get_by_role("link", name="<b>Known</b> 会员").click()
    expect(page.locator(".list-chips .chip")).to_contain_text("known")
    page.locator(".list-view-name").click()
    page.get_by_label("Name of this view").fill("Known ones")
    page.get_by_role("button", name="Rename").click()
    expect(page.locator(".list-view-name")).to_have_text("Known ones")
    page.locator(".list-view-name").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.locator(".list-view-name")).to_have_text("Views")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".list-view-name")).to_have_text("Known ones")
    assert console.errors == []


def test_without_javascript_a_list_is_filtered_sorted_paged_and_changed(bare: Console):
    page = bare.page
    bare.crowd(60)
    bare.log_in()
    bare.go("/people/")
    page.get_by_text("Add filter").click()
    page.locator(".list-field", has_text="User id").locator("summary").click()
    page.locator("select[name=known]").select_option("yes")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".list-chips .chip")).to_contain_text("known")
    page.get_by_role("searchbox", name="User id").fill("crowd")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.locator(".list-chips .chip")).to_contain_text("known")
    page.get_by_role("link", name="Person").click()
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Person")
    page.get_by_role("link", name="Next page").click()
    expect(page.locator(ROWS)).to_have_count(10)
    page.locator(f"{ROWS} input").first.check()
    page.locator(".bulk").get_by_role("button", name="Suppress").click()
    page.get_by_role("button", name="Suppress").click()
    expect(page.locator(".banner.ok")).to_contain_text("1 address")
    page.get_by_text("Columns", exact=True).click()
    page.get_by_label("Time zone").check()
    page.get_by_role("button", name="Show these").click()
    expect(page.locator("thead")).to_contain_text("Time zone")
