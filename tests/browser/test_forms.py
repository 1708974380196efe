"""Forms in a real browser: nothing typed is lost, whatever happens between the key and the database."""

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import Page, expect

from compliance.access.models import User
from tests.browser.conftest import PASSWORD, Console

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def form(console: Console) -> Console:
    console.log_in()
    console.go(reverse("preferences"))
    return console


def pick_zone(page: Page, zone: str) -> None:
    field = page.get_by_role("combobox", name="Time zone")
    field.fill(zone)
    page.locator("#zone-list").get_by_role("option", name=zone, exact=True).click()
    expect(field).to_have_value(zone)


def test_a_saved_form_says_so(form: Console):
    page = form.page
    pick_zone(page, "Asia/Tokyo")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your preferences are stored.")).to_be_visible()
    expect(page.get_by_role("combobox", name="Time zone")).to_have_value("Asia/Tokyo")
    assert form.errors == []


def test_a_refused_field_gets_the_focus_and_is_described(form: Console):
    page = form.page
    page.evaluate("document.querySelector('#zone-select').add(new Option('Mars/Olympus'))")
    pick_zone(page, "Mars/Olympus")
    page.get_by_role("button", name="Save").click()
    zone = page.get_by_role("combobox", name="Time zone")
    expect(zone).to_be_focused()
    expect(zone).to_have_attribute("aria-describedby", "zone-error zone-hint")
    expect(page.get_by_role("alert")).to_contain_text("One field needs mending.")


def test_two_tabs_that_edit_the_same_choose_whose_stays(form: Console):
    page = form.page
    other = page.context.new_page()
    other.goto(f"{form.address}{reverse('preferences')}")
    other.get_by_label("Theme").select_option("dark")
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_text("Your preferences are stored.")).to_be_visible()
    pick_zone(page, "Asia/Tokyo")
    page.get_by_role("button", name="Save").click()
    dialog = page.get_by_role("dialog", name="Changed meanwhile")
    expect(dialog).to_contain_text("You, in another window, changed this")
    expect(dialog.get_by_role("row", name="Theme light dark")).to_be_visible()
    assert form.violations() == []
    dialog.get_by_role("button", name="Keep mine").click()
    expect(page.get_by_text("Your preferences are stored.")).to_be_visible()
    stored = User.objects.get(pk=form.shop.user.pk)
    assert (stored.theme, stored.zone) == ("light", "Asia/Tokyo")


def test_a_lost_network_keeps_what_was_typed_and_one_click_sends_it(form: Console):
    page = form.page
    pick_zone(page, "Asia/Tokyo")
    page.context.set_offline(True)
    page.get_by_role("button", name="Save").click()
    banner = page.get_by_role("alert").filter(has_text="The server cannot be reached")
    expect(banner).to_be_visible()
    expect(page.get_by_role("combobox", name="Time zone")).to_have_value("Asia/Tokyo")
    page.context.set_offline(False)
    banner.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Your preferences are stored.")).to_be_visible()
    assert User.objects.get(pk=form.shop.user.pk).zone == "Asia/Tokyo"


def test_a_session_that_ran_out_gives_back_what_was_typed(form: Console):
    page = form.page
    pick_zone(page, "Asia/Tokyo")
    Session.objects.all().delete()
    page.get_by_role("button", name="Save").click()
    page.get_by_label("User name").fill(form.shop.user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("What you had typed is back")).to_be_visible()
    expect(page.get_by_role("combobox", name="Time zone")).to_have_value("Asia/Tokyo")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your preferences are stored.")).to_be_visible()


def test_leaving_a_changed_form_asks_first(form: Console):
    page, asked = form.page, []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    pick_zone(page, "Asia/Tokyo")
    page.get_by_role("link", name="People", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("People")
    assert asked == ["beforeunload"]


def test_without_javascript_the_form_says_the_same(bare: Console):
    page = bare.page
    bare.log_in()
    bare.go(reverse("preferences"))
    page.get_by_label("Time zone").select_option("Asia/Tokyo")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your preferences are stored.")).to_be_visible()
