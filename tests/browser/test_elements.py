"""The small elements of the kit, each on a page that uses it: dialog, drawer, copy, typed confirmation, ages, undo."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from audiences.people.models import Person
from audiences.segments import define as define_segment
from audiences.segments import lookups
from tests import factories
from tests.browser.conftest import Console
from tests.console.shop import DOUBTFUL, FRUGAL, THANKED, Shop

pytestmark = pytest.mark.django_db(transaction=True)
INSIDE = (
    "(now => now === document.body || document.querySelector('dialog[open]').contains(now))(document.activeElement)"
)


def stays_inside(page: Page) -> None:
    """Tab all the way round: the focus never reaches the page behind an open dialog."""
    for key in ["Tab"] * 12 + ["Shift+Tab"] * 12:
        page.keyboard.press(key)
        assert page.evaluate(INSIDE), f"{key} left the dialog"


def open_person(console: Console) -> Page:
    console.log_in()
    console.go(reverse("person", args=[console.shop.person(THANKED)]))
    return console.page


def test_a_dialog_keeps_the_focus_and_gives_it_back(console: Console):
    page = open_person(console)
    opener = page.get_by_role("link", name="Note", exact=True)
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("What should colleagues know?")).to_be_focused()
    stays_inside(page)
    assert console.violations() == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    assert console.errors == []


def test_a_form_is_refused_and_sent_again_by_keyboard_alone(console: Console):
    page, person = console.page, console.shop.person(THANKED)
    console.log_in()
    console.go(reverse("person-unmask", args=[person]))
    field = page.get_by_label("What do you need them for?")
    for _press in range(60):
        if page.evaluate("document.activeElement.name === 'reason'"):
            break
        page.keyboard.press("Tab")
    expect(field).to_be_focused()
    page.keyboard.type("no")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("One field needs mending.")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    assert console.violations() == []
    page.keyboard.press("Control+a")
    page.keyboard.type("asked for a receipt")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(f"{THANKED}@example.com")
    assert [said for said in console.errors if "422" not in said] == []


def test_a_drawer_shows_an_entry_and_goes(console: Console):
    page = console.page
    console.log_in()
    console.go(reverse("styleguide-chapter", args=["messages"]))
    opener = page.locator("#open-entry")
    opener.focus()
    page.keyboard.press("Enter")
    drawer = page.locator("x-drawer dialog")
    expect(drawer).to_be_visible()
    expect(drawer).to_contain_text("journey.published")
    stays_inside(page)
    assert console.violations() == []
    drawer.get_by_role("button", name="Close").click()
    expect(drawer).to_be_hidden()
    expect(opener).to_be_focused()
    assert console.errors == []


def test_an_id_is_copied(console: Console):
    page = open_person(console)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("complementary", name="About").locator("x-copy").get_by_role("button").click()
    expect(page.locator("#live")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == str(console.shop.person(THANKED))


def test_a_merge_waits_for_the_name_to_be_typed(console: Console):
    page, shop = console.page, console.shop
    console.log_in()
    console.go(f"{reverse('identity-merge')}?loser={FRUGAL}&winner={THANKED}")
    button = page.get_by_role("button", name="Merge them")
    expect(button).to_be_disabled()
    page.get_by_label("Reason").fill("same loyalty card")
    word = page.get_by_label("to confirm")
    word.press_sequentially(THANKED[:-1])
    expect(button).to_be_disabled()
    word.press_sequentially(THANKED[-1])
    expect(button).to_be_enabled()
    word.press("Enter")
    expect(page.get_by_text("They are one person now.")).to_be_visible()
    assert Person.objects.get(user_id=FRUGAL).merged_into == shop.person(THANKED)
    assert console.errors == []


def test_ages_stay_true_while_the_page_is_open(console: Console):
    console.page.clock.install()
    page = open_person(console)
    seen = page.locator(".meta x-time")
    page.clock.fast_forward("03:00:00")
    expect(seen).to_have_text("3 hours ago")
    page.clock.fast_forward("48:00:00")
    expect(seen).to_have_text("2 days ago")


@pytest.fixture
def spare(shop: Shop) -> str:
    """A segment that nothing reads."""
    raw = {"key": "spare", "name": "Spare", "where": {"trait": "language", "is": "eq", "value": "en"}}
    return define_segment(shop.workspace.pk, raw, actor=factories.actor(), now=shop.now).key


def test_what_was_archived_is_taken_back_from_a_message(console: Console, spare: str):
    page = console.page
    console.log_in()
    console.go(reverse("segment-page", args=[spare]))
    page.get_by_role("button", name="Archive").click()
    message = page.locator("#toasts .toast")
    expect(message).to_contain_text("“Spare” is archived.")
    expect(page.locator(".banner[data-undo]")).to_have_count(0)
    assert console.violations() == []
    message.get_by_role("button", name="Undo").click()
    expect(page.locator("main .banner.ok")).to_contain_text("“Spare” is in use again.")
    assert lookups.find_segment(console.shop.workspace.pk, spare).live is not None
    assert console.errors == []


def test_the_message_goes_after_ten_seconds_unless_somebody_is_at_it(console: Console, spare: str):
    page = console.page
    console.log_in()
    page.clock.install()
    console.go(reverse("segment-page", args=[spare]))
    page.get_by_role("button", name="Archive").click()
    message = page.locator("#toasts .toast")
    message.hover()
    page.clock.fast_forward(15_000)
    expect(message).to_be_visible()
    page.mouse.move(5, 5)
    page.clock.fast_forward(9_000)
    expect(message).to_be_visible()
    page.clock.fast_forward(2_000)
    expect(message).to_have_count(0)


def test_without_javascript_the_way_back_stands_on_the_page(bare: Console, spare: str):
    page = bare.page
    bare.log_in()
    bare.go(reverse("segment-page", args=[spare]))
    page.get_by_role("button", name="Archive").click()
    page.locator(".banner").get_by_role("button", name="Undo").click()
    expect(page.locator(".banner")).to_contain_text("“Spare” is in use again.")


def test_a_doubtful_send_is_settled_once_though_the_button_is_pressed_twice(console: Console):
    page = console.page
    console.log_in()
    console.go(reverse("message", args=[console.shop.message(DOUBTFUL).pk]))
    page.get_by_role("button", name="It arrived").dblclick()
    expect(page.get_by_text("Noted. The trail keeps who decided.")).to_be_visible()
    assert console.shop.message(DOUBTFUL).state == "sent"
    assert console.errors == []
