"""The segment builder as people use it: by mouse, by keyboard alone, without JavaScript, in two tabs, on a phone."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from audiences.segments.models import Segment
from tests.browser.conftest import Console

pytestmark = pytest.mark.django_db(transaction=True)


def add(page: Page, kind: str, group: int = 1) -> None:
    page.locator(f"#c-{group}-add").click()
    page.locator(f"#c-{group}-add + .sheet").get_by_role("button", name=kind, exact=True).click()


def type_into(page: Page, field: str, text: str) -> None:
    page.locator(f"[name$={field}]").last.fill(text)
    page.locator(f"[name$={field}]").last.press("Tab")


def rows(page: Page) -> int:
    return page.locator(".cond-row").count()


def test_a_segment_is_built_by_mouse_while_the_result_follows(console: Console):
    page = console.page
    console.log_in()
    console.go(reverse("segment-new"))
    add(page, "What they did")
    expect(page.locator("[name$=event]")).to_be_focused()
    type_into(page, "event", "purchase")
    count = page.locator("#live-count")
    expect(count).to_contain_text("of 4 people")
    expect(count).to_contain_text("exact")
    expect(page.locator(".cond-said")).to_contain_text("did “purchase” at least once in the last 30 days")
    page.get_by_role("button", name="where…").click()
    type_into(page, "property", "amount")
    operators = page.locator("[name$=test-is]").last.locator("option")
    expect(operators.filter(has_text="starts with")).to_have_count(0)
    expect(operators.filter(has_text="is at least")).to_have_count(1)
    page.locator("[name$=test-is]").last.select_option("gte")
    type_into(page, "test-value", "30")
    add(page, "Consent")
    expect(count.locator(".live-funnel li")).to_have_count(2)
    expect(page.locator("#live-reach")).to_contain_text("e-mail")
    expect(page.locator("#live-reach")).to_contain_text(
        "Frequency caps and quiet hours are asked when a message goes out"
    )
    person = page.locator("#live-sample summary").first
    person.click()
    expect(page.locator("#live-sample .check.pass").first).to_be_visible()
    page.get_by_label("Name", exact=True).fill("Big spenders")
    page.get_by_role("button", name="Save segment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Big spenders")
    made = Segment.objects.get(key="big-spenders")
    assert made.live
    assert made.live.definition["where"]["all"][0]["where"] == [{"property": "amount", "is": "gte", "value": 30}]
    assert console.errors == []


def test_one_person_is_tested_against_the_condition(console: Console):
    page = console.page
    console.log_in()
    console.go(reverse("segment-edit", args=["loyal"]))
    expect(page.locator("#live-count")).to_contain_text("of 4 people")
    page.get_by_placeholder("User id").fill("household-3")
    page.get_by_role("button", name="Test", exact=True).click()
    expect(page.locator("#live-person")).to_contain_text("does not match")
    expect(page.locator("#live-person .check.fail")).to_contain_text("did “purchase” at least 3 times")


def test_the_keyboard_alone_moves_doubles_negates_groups_and_deletes(console: Console):
    page, said = console.page, console.page.locator("#live")
    console.log_in()
    console.go(reverse("segment-edit", args=["loyal"]))
    handle = page.locator("#c-2-handle")
    handle.focus()
    page.keyboard.press("d")
    expect(page.locator("#c-3-handle")).to_be_focused()
    expect(said).to_have_text("Doubled; the copy is number 2.")
    page.keyboard.press("Alt+ArrowUp")
    expect(said).to_have_text("Moved to place 1 of 2.")
    expect(page.locator("#c-3-handle")).to_be_focused()
    page.keyboard.press("n")
    expect(page.locator("#c-3-row")).to_have_class(re.compile("negated"))
    page.keyboard.press("g")
    expect(page.locator(".cond-group")).to_have_count(2)
    expect(page.locator("#c-3-handle")).to_be_focused()
    page.keyboard.press("Alt+ArrowLeft")
    expect(said).to_have_text("Moved out of the group.")
    expect(page.locator(".cond-group")).to_have_count(1)
    page.keyboard.press("Alt+ArrowLeft")
    expect(said).to_have_text("That cannot be done here.")
    page.keyboard.press("Delete")
    expect(page.locator("#c-2-handle")).to_be_focused()
    assert rows(page) == 1
    page.keyboard.press("Enter")
    expect(page.locator("#c-2-handle + .sheet")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#c-2-handle + .sheet")).to_be_hidden()
    expect(page.locator("#c-2-handle")).to_be_focused()
    assert console.errors == []


def test_what_is_refused_has_the_focus_and_its_reason(console: Console):
    page = console.page
    console.log_in()
    console.go(reverse("segment-new"))
    add(page, "Attribute")
    page.get_by_label("Name", exact=True).fill("Nobody")
    page.get_by_role("button", name="Save segment").click()
    field = page.locator("[name$=trait]")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".cond-faults")).to_contain_text("Choose an attribute")
    assert not [error for error in console.errors if "422" not in error]


def test_who_goes_on_while_a_step_is_on_its_way_keeps_the_focus_and_saves_the_form_with_it(console: Console):
    page, underway = console.page, console.hold("**/conditions/**")
    console.log_in()
    console.go(reverse("segment-new"))
    with page.expect_request("**/conditions/**"):
        add(page, "Attribute")
    page.get_by_label("Name", exact=True).fill("In haste")
    underway.pop().continue_()
    expect(page.locator("[name$=trait]")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    with page.expect_request("**/conditions/**"):
        add(page, "What they did")
    page.get_by_role("button", name="Save segment").click()
    expect(page.locator("[name$=event]")).to_have_count(0)
    underway.pop().continue_()
    expect(page.locator("[name$=event]")).to_be_visible()
    expect(page.locator(".cond-faults").first).to_contain_text("Choose an attribute")
    expect(page.get_by_label("Name", exact=True)).to_have_value("In haste")


def test_without_javascript_a_nested_segment_is_made(bare: Console):
    page = bare.page
    bare.log_in()
    bare.go(reverse("segment-new"))
    add(page, "Attribute")
    page.locator("[name$=trait]").fill("language")
    page.locator("[name$=test-value]").fill("en")
    page.get_by_role("button", name="Add group").first.click()
    page.locator("[name$=trait]").last.fill("language")
    page.locator("[name$=test-is]").last.select_option("in")
    page.locator("#c-3-add").click()
    page.locator("#c-3-add + .sheet").get_by_role("button", name="What they did").click()
    page.locator("[name$=test-more]").fill("en, zh")
    page.locator("[name$=event]").fill("purchase")
    page.get_by_label("Name", exact=True).fill("Nested")
    page.get_by_role("button", name="Save segment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nested")
    where = Segment.objects.get(key="nested").live.definition["where"]  # type: ignore[union-attr]
    assert where["all"][1]["any"][0] == {"trait": "language", "is": "in", "value": ["en", "zh"]}
    assert where["all"][1]["any"][1]["did"] == "purchase"


def test_two_tabs_that_edit_the_same_segment_lose_nothing(console: Console):
    first = console.page
    console.log_in()
    second = first.context.new_page()
    for page in (first, second):
        page.goto(f"{console.address}{reverse('segment-edit', args=['loyal'])}")
    first.locator("[name$=times-n]").fill("4")
    first.get_by_role("button", name="Save as a new version").click()
    expect(first.get_by_role("heading", level=1)).to_contain_text("Loyal")
    second.locator("[name$=times-n]").fill("5")
    second.get_by_role("button", name="Save as a new version").click()
    expect(second.get_by_role("alert")).to_contain_text("has saved v2")
    expect(second.get_by_role("alert")).to_contain_text("at least 4 times")
    second.get_by_role("button", name="Save mine over it").click()
    expect(second.get_by_role("heading", level=1)).to_contain_text("Loyal")
    assert Segment.objects.get(key="loyal").versions.count() == 3


def test_a_row_is_dragged_into_place_and_into_a_group(console: Console):
    page = console.page
    console.log_in()
    console.go(reverse("segment-edit", args=["loyal"]))
    page.locator("#c-2-handle").press("d")
    page.get_by_role("button", name="Add group").first.click()
    expect(page.locator("#c-4")).to_be_visible()
    page.locator("#c-2-handle").drag_to(page.locator("#c-4 .cond-head"))
    expect(page.locator("#c-4 #c-2-row")).to_be_visible()
    expect(page.locator("#live")).to_contain_text("Moved to place")


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("zh-hans", "dark")])
def test_the_builder_is_accessible_and_fits_a_phone(console: Console, language: str, theme: str):
    page = console.page
    console.log_in()
    console.prefer(language=language, theme=theme)
    console.go(reverse("segment-edit", args=["loyal"]))
    page.locator("#c-2-handle").press("d")
    page.locator("#c-3-handle").press("g")
    expect(page.locator(".cond-group")).to_have_count(2)
    expect(page.locator("#live-count .live-funnel li")).to_have_count(2)
    expect(page.locator(".outcome[data-stale], .outcome.htmx-request")).to_have_count(0)
    assert console.violations() == []
    console.resize(390)
    assert console.overflow() == 0
    assert console.errors == []
