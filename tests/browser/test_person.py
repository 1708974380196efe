"""The page of one person in a browser, line by line of what an operator must see and do there."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from audiences.identity.merging import merge_people
from audiences.intake.models import EventKind
from campaigns.flows.advancing import advance_due
from campaigns.flows.definitions import define, publish
from campaigns.flows.starting import drain_actions
from campaigns.triggers import drain_intake
from tests import factories
from tests.audiences.events import put, row
from tests.console.shop import FRUGAL, NO_CONSENT, THANKED

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def at(console):
    """Log in and open somebody's page."""
    console.log_in()

    def open_page(user, part=""):
        console.go(reverse(f"person{part}", args=[console.shop.person(user)]))
        return console.page

    yield open_page
    refused = [said for said in console.errors if "422" in said]  # the browser's own line for a form sent back
    assert console.errors == refused


def test_masked_identity_zone_language_and_consent_with_source_and_time(at):
    about = at(THANKED).get_by_role("complementary", name="About")
    expect(about).to_contain_text("User id")
    expect(about).to_contain_text("@example.com")
    expect(about).not_to_contain_text(f"{THANKED}@example.com")
    expect(about.get_by_text("granted").first).to_be_visible()
    consent = about.locator(".card", has=about.page.get_by_role("heading", name="Consent", exact=True))
    expect(consent.locator("time").first).to_be_visible()


def test_timeline_is_filtered_by_kind_and_leads_on(at):
    page = at(THANKED)
    timeline = page.locator("#person-story")
    for word, kind in (("Messages", "message-"), ("Rules", "firing-"), ("Journeys", "run-"), ("Events", "event-")):
        timeline.get_by_role("link", name=word, exact=True).click()
        expect(timeline.locator(f"article[id^={kind}]").first).to_be_visible()
    timeline.get_by_role("link", name="All", exact=True).click()
    expect(timeline.get_by_role("link", name="All", exact=True)).to_have_attribute("aria-current", "true")
    timeline.get_by_label("Journey").select_option("win-back")
    expect(timeline).to_contain_text("Choose another kind, channel or journey, or all.")
    timeline.get_by_label("Journey").select_option("thank-you")
    expect(timeline.locator("article[id^=event-]")).to_have_count(0)
    expect(timeline.locator("article[id^=run-]")).to_have_count(1)
    timeline.get_by_label("Channel").select_option("email")
    expect(timeline.locator("article")).to_have_count(1)
    expect(timeline.locator("article[id^=message-]")).to_be_visible()


def test_who_filters_a_timeline_by_keyboard_stays_where_they_are(at):
    timeline = at(THANKED).locator("#person-story")
    journey = timeline.get_by_label("Journey")
    journey.focus()
    journey.press("T")
    expect(timeline.locator("article[id^=event-]")).to_have_count(0)
    expect(journey).to_have_value("thank-you")
    expect(journey).to_be_focused()
    chip = timeline.get_by_role("link", name="Messages", exact=True)
    chip.press("Enter")
    expect(chip).to_have_attribute("aria-current", "true")
    expect(chip).to_be_focused()
    expect(timeline.locator("article")).to_have_count(1)


def looked_often(console, at):
    """Open the page of somebody whose timeline is longer than a page of it."""
    workspace, now = console.shop.workspace.pk, console.shop.now
    put(*(row(workspace, user=THANKED, name=f"look-{n}", at=now - timedelta(hours=n)) for n in range(60)), at=now)
    drain_intake()
    return at(THANKED)


def test_older_entries_of_a_timeline_follow_page_by_page(console, at):
    page = looked_often(console, at)
    timeline = page.locator("#person-story")
    timeline.get_by_role("link", name="Events", exact=True).click()
    expect(timeline.get_by_role("link", name="Events", exact=True)).to_have_attribute("aria-current", "true")
    expect(timeline.locator("article")).to_have_count(40)
    seen = timeline.locator("article").last.get_attribute("id")
    timeline.get_by_role("link", name="Next page").click()
    expect(timeline.locator(f"#{seen}")).to_have_count(0)
    expect(timeline.locator("article[id^=event-]").first).to_be_visible()
    expect(timeline.locator("article[id^=message-]")).to_have_count(0)


def test_a_filter_that_another_one_replaces_is_no_error(console, at):
    page = at(THANKED)
    timeline = page.locator("#person-story")
    console.hold("**/timeline/?only=messages")
    with page.expect_request("**/timeline/?only=messages"):
        timeline.get_by_role("link", name="Messages", exact=True).click()
    timeline.get_by_role("link", name="Rules", exact=True).click()
    expect(timeline.locator("article[id^=firing-]").first).to_be_visible()
    expect(timeline.get_by_role("link", name="Rules", exact=True)).to_have_attribute("aria-current", "true")


def test_a_page_that_is_asked_for_while_a_filter_is_on_its_way_is_shown(console, at):
    page = looked_often(console, at)
    timeline = page.locator("#person-story")
    newest = timeline.locator("article").first.get_attribute("id")
    console.hold("**/timeline/?only=messages")
    with page.expect_request("**/timeline/?only=messages"):
        timeline.get_by_role("link", name="Messages", exact=True).click()
    timeline.get_by_role("link", name="Next page").click()
    expect(timeline.get_by_role("link", name="First page")).to_be_visible()
    expect(timeline.locator(f"#{newest}")).to_have_count(0)


def test_why_lists_each_check_with_value_and_limit(at):
    page = at(NO_CONSENT)
    why = page.locator("#person-why")
    expect(why).to_contain_text("Blocked")
    why.get_by_text("Every check").first.click()
    expect(why.locator(".check.fail").first).to_be_visible()
    expect(why.locator(".check .got").first).to_be_visible()
    rule = why.locator("li", has=page.get_by_role("link", name="Big basket of a loyal household")).first
    expect(rule).to_contain_text("v1")
    expect(rule.get_by_role("button", name="Copy trace id")).to_be_visible()


def test_why_not_a_journey_by_a_day(at):
    page = at(FRUGAL)
    why = page.locator("#person-why")
    why.get_by_label("Why not this journey?").select_option("thank-you")
    why.get_by_role("button", name="Ask").click()
    answer = page.locator("#why-not")
    expect(answer).to_contain_text("Never eligible")
    expect(answer.locator(".check.fail").first).to_be_visible()
    why.get_by_label("By the day").fill("2020-01-01")
    why.get_by_role("button", name="Ask").click()
    expect(answer).to_contain_text("no rule that starts it listens to what they did by then")


def test_journeys_now_with_node_and_next_step_in_the_persons_zone(console, at):
    workspace = console.shop.workspace.pk
    raw = {"key": "slow", "name": "Slow one", "entry": {"on": "event", "event": "hello"}}
    raw["nodes"] = {"pause": {"do": "wait", "for": "2d", "next": "done"}, "done": {"do": "exit"}}
    now, actor = console.shop.now, factories.actor()
    publish(define(workspace, raw, actor=actor, now=now), actor=actor, now=now)
    put(row(workspace, user=THANKED, name="hello", at=now), at=now)
    drain_intake()
    drain_actions(now)
    advance_due(now)
    standing = at(THANKED).locator("#person-now")
    for word in ("Slow one", "pause", "America/New_York"):
        expect(standing).to_contain_text(word)


def test_frequency_says_what_was_sent_and_that_no_cap_is_set(at):
    often = at(THANKED).locator("#person-frequency")
    expect(often.get_by_role("row", name="e-mail")).to_contain_text("1")
    expect(often).to_contain_text("No frequency cap is set")


def test_details_are_shown_for_a_reason_and_a_note_and_a_stop_work_by_keyboard(at):
    page = at(THANKED)
    page.get_by_role("link", name="Show details").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    field = dialog.get_by_label("What do you need them for?")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Show details")).to_be_focused()
    page.keyboard.press("Enter")
    field.fill("no")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_be_visible()
    field.fill("asked for a receipt")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(f"{THANKED}@example.com")
    page.get_by_role("link", name="Note", exact=True).click()
    dialog.get_by_label("What should colleagues know?").fill("Prefers to be called in the evening")
    dialog.get_by_role("button", name="Keep the note").click()
    expect(page.get_by_role("complementary")).to_contain_text("Prefers to be called in the evening")
    page.get_by_role("link", name="Stop contact").click()
    dialog.get_by_text("Suppress", exact=True).click()
    dialog.get_by_role("button", name="Stop contact").click()
    expect(page.get_by_text("withdrawn").first).to_be_visible()


def test_an_entry_has_an_address_and_the_person_raw_json(console, at):
    page = at(THANKED)
    entry = page.locator("#person-story article[id^=message-]").first
    anchor = entry.get_attribute("id")
    console.go(reverse("person-story", args=[console.shop.person(THANKED)]) + f"#{anchor}")
    expect(page.locator(f"#{anchor}")).to_be_in_viewport()
    trace = page.locator(f"#{anchor} x-copy")
    assert anchor == f"message-{trace.get_attribute('value')}"
    trace.get_by_role("button", name="Copy trace id").click()
    expect(page.locator("#live")).to_have_text("Copied")
    at(THANKED).get_by_role("link", name="Raw JSON").click()
    stored = json.loads(page.locator("body").inner_text())
    assert stored["user_id"] == THANKED
    assert f"{THANKED}@example.com" not in json.dumps(stored)


def test_a_merged_profile_says_so_and_who_has_no_history_too(console, at):
    workspace, now = console.shop.workspace.pk, console.shop.now
    put(row(workspace, user="stranger", kind=EventKind.IDENTIFY, name="identify", at=now), at=now)
    drain_intake()
    expect(at("stranger").locator("#person-why")).to_contain_text("Nothing to explain yet")
    ids = {"loser_id": console.shop.person("stranger"), "winner_id": console.shop.person(THANKED)}
    merge_people(workspace, **ids, actor=factories.actor(), reason="same card", now=now + timedelta(seconds=1))
    console.go(reverse("person", args=[ids["loser_id"]]))
    expect(console.page.get_by_text("Another person went into this one.")).to_be_visible()
    expect(console.page.locator("#person-merges")).to_contain_text("same card")


def test_viewers_see_the_page_without_what_they_may_not_do(console):
    console.log_in(console.shop.viewer)
    console.go(reverse("person", args=[console.shop.person(THANKED)]))
    expect(console.page.get_by_role("link", name="Stop contact")).to_have_count(0)
    expect(console.page.locator("#person-story")).to_be_visible()


def test_a_copy_or_erasure_is_asked_for_and_waits_for_a_second_member(console, at):
    factories.user(console.shop.workspace, role="reviewer")
    page = at(THANKED)
    page.get_by_role("link", name="Copy or erasure").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Erasure", exact=True).click()
    dialog.get_by_label("Who asked, and how do you know that it was them?").fill("wrote from their own address")
    dialog.get_by_role("button", name="Ask for it").click()
    expect(page.get_by_role("cell", name="Somebody else decides: you asked.")).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
