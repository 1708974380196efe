"""The console as people use it: log in, look somebody up, ask why; on a phone; without JavaScript."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.conftest import Console
from tests.console.shop import FRUGAL, NO_CONSENT
from tests.console.test_pages import addresses

pytestmark = pytest.mark.django_db(transaction=True)
SHARES = 6  # of the walk over all pages, which several workers may do together
LISTEN = "document.addEventListener('securitypolicyviolation', (each) => window.violated(each.blockedURI))"


def test_from_log_in_to_a_person_and_why_nothing_was_sent(console: Console):
    page = console.page
    console.log_in_by_form()
    expect(page.get_by_role("heading", level=1)).to_have_text("Home")
    page.get_by_role("link", name="People", exact=True).click()
    expect(page.locator("#people-list tbody tr")).to_have_count(4)
    page.get_by_role("searchbox").fill("household-2")
    expect(page.locator("#people-list tbody tr")).to_have_count(1)
    expect(page).to_have_url(f"{console.address}/people/?q=household-2")
    page.get_by_role("link", name="household-2").click()
    why = page.locator("#person-why")
    expect(why).to_contain_text("Blocked: no consent.")
    why.get_by_text("Every check").click()
    failed = why.locator(".check.fail")
    expect(failed).to_contain_text("The person consented")
    expect(failed).to_contain_text("none recorded")
    expect(page.locator("#person-story .entry").first).to_be_visible()
    page.locator("#person-story").get_by_role("link", name="Messages").click()
    expect(page.locator("#person-story .entry")).to_have_count(1)
    assert console.errors == []


def test_a_rule_that_did_not_match_names_the_condition_and_the_value(console: Console):
    console.log_in()
    console.go(reverse("person", args=[console.shop.person(FRUGAL)]))
    why = console.page.locator("#person-why")
    expect(why).to_contain_text("did not match")
    expect(why).to_contain_text("asked: amount is at least 50; found: 12.5")
    assert console.errors == []


def test_back_and_reload_after_a_search_show_whole_pages(console: Console):
    page = console.page
    console.log_in()
    console.go("/people/")
    page.get_by_role("searchbox").fill("household-3")
    expect(page.locator("#people-list tbody tr")).to_have_count(1)
    page.reload()
    expect(page.locator("#people-list tbody tr")).to_have_count(1)
    expect(page.locator("nav.side")).to_be_visible()
    page.get_by_role("link", name="household-3").click()
    expect(page.locator("#person-story .entry").first).to_be_visible()
    page.go_back()
    expect(page.locator("nav.side")).to_be_visible()
    expect(page.get_by_role("searchbox")).to_have_value("household-3")
    assert console.errors == []


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("zh-hans", "dark")])
def test_every_page_is_accessible_quiet_and_fits_a_phone(console: Console, language: str, theme: str, share: int):
    stopped: list[str] = []
    console.page.expose_function("violated", lambda where: stopped.append(where))  # noqa: PLW0108  (no built-ins)
    console.page.add_init_script(LISTEN)
    console.log_in()
    console.prefer(language=language, theme=theme)
    found = []
    for address in sorted(set(addresses(console.shop)))[share::SHARES]:
        console.resize(1440)
        console.go(address)
        assert console.page.locator("html").get_attribute("data-theme") == theme
        found += [f"{address} {each}" for each in console.violations()]
        console.resize(390)
        if console.overflow() > 0:
            found.append(f"{address} is {console.overflow()} px wider than a phone")
    assert found == []
    assert stopped == []
    assert [error for error in console.errors if "sandboxed" not in error] == []


def test_the_log_in_is_accessible_in_both_themes(console: Console):
    for theme in ("light", "dark"):
        console.page.context.add_cookies([{"name": "theme", "value": theme, "url": console.address}])
        console.go("/login/")
        assert console.page.locator("html").get_attribute("data-theme") == theme
        assert console.violations() == []
    assert console.errors == []


def test_the_theme_changes_at_once_and_for_good(console: Console):
    console.log_in()
    console.go("/")
    html = console.page.locator("html")
    expect(html).to_have_attribute("data-theme", "light")
    with console.page.expect_response(lambda answer: answer.url.endswith("/preferences/")):
        console.page.get_by_role("button", name="Switch between light and dark").click()
    expect(html).to_have_attribute("data-theme", "dark")
    console.page.reload()
    expect(html).to_have_attribute("data-theme", "dark")
    assert console.errors == []


def test_the_keyboard_alone_reaches_content_and_menu(console: Console):
    page = console.page
    console.log_in()
    console.go("/people/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    menu = page.locator("x-menu summary", has_text="Account and preferences")
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Log out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Log out")).to_be_hidden()
    expect(menu).to_be_focused()


def test_a_phone_s_navigation_opens_and_closes(console: Console):
    page = console.page
    console.log_in()
    console.go("/")
    console.resize(390)
    expect(page.locator("nav.side")).to_be_hidden()
    page.get_by_role("link", name="Open navigation").click()
    expect(page.locator("nav.side")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("nav.side")).to_be_hidden()
    expect(page.get_by_role("link", name="Open navigation")).to_be_focused()


def test_a_letter_s_script_never_runs(console: Console):
    console.log_in()
    console.go(reverse("letter", args=[console.shop.letter().pk]))
    frame = console.page.frame_locator("iframe")
    expect(frame.get_by_role("heading")).to_have_text("Thank you, Mia")
    assert console.page.frames[1].title() == ""


def test_without_javascript_lists_people_and_reasons_can_be_read(bare: Console):
    page = bare.page
    bare.log_in_by_form()
    page.get_by_role("link", name="People", exact=True).click()
    page.get_by_role("searchbox").fill("household-2")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("#people-list tbody tr")).to_have_count(1)
    page.get_by_role("link", name="household-2").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("household-2")
    page.locator("#person-why").get_by_role("link", name="Open as a page").click()
    expect(page.locator("#person-why")).to_contain_text("Blocked: no consent.")
    bare.go(reverse("person-story", args=[bare.shop.person(NO_CONSENT)]))
    expect(page.locator(".timeline .entry").first).to_be_visible()
