"""The home page, line by line of what it must show and let one do."""

import re

import pytest
from playwright.sync_api import expect

from audiences.people.models import Person
from campaigns.delivery.models import Delivery
from campaigns.flows.models import Flow, Run
from campaigns.parking import ParkedEvent
from config.kit import clock
from config.kit.ids import uuid7
from tests import factories
from tests.browser.conftest import Console
from tests.console.shop import FRUGAL, THANKED

SENT = re.compile("^Sent")
pytestmark = pytest.mark.django_db(transaction=True)


def test_what_needs_somebody_leads_to_lists_with_the_same_totals(console: Console):
    page = console.page
    _trouble(console)
    console.log_in()
    console.go("/?window=7d")
    needs = page.locator("[data-card=needs] li a")
    found = [(link.get_attribute("href"), link.locator("[data-n]").get_attribute("data-n")) for link in needs.all()]
    assert len(found) == 5
    for href, n in found:
        console.go(href or "")
        expect(page.locator("main nav.pager [data-announce]")).to_have_text(re.compile(f"^{n} "))
        expect(page.locator("main tbody tr")).to_have_count(int(n or 0))
    assert console.errors == []


def test_sent_blocked_and_converted_stand_with_their_change_and_the_reasons(console: Console):
    page = console.page
    console.log_in()
    console.go("/")
    figures = page.locator("[data-card=figures]")
    expect(figures.get_by_role("link", name=SENT)).to_contain_text("+1 against the window before")
    blocked = figures.get_by_role("link", name="Blocked or held")
    expect(blocked).to_contain_text("+1 against the window before")
    expect(figures.get_by_role("link", name="Converted")).to_contain_text("0")
    reasons = page.locator("[data-card=reasons]")
    expect(reasons.get_by_role("link", name="no consent")).to_be_visible()
    expect(reasons).to_contain_text("100 %")
    blocked.click()
    expect(page.locator("main tbody tr")).to_have_count(1)


def test_live_journeys_stand_with_version_entered_converted_and_seven_days(console: Console):
    run = Run.objects.get(subject_id=console.shop.person(THANKED))
    Run.objects.filter(pk=run.pk).update(state="ended", exit_reason="converted", ended_at=clock.now(), due_at=None)
    console.log_in()
    console.go("/")
    row = console.page.locator("[data-card=journeys] tbody tr").filter(has_text="Thank-you")
    expect(row).to_contain_text("live")
    expect(row).to_contain_text("v1")
    expect(row.locator("td.num").first).to_have_text("3")
    expect(row).to_contain_text("33.3 %")
    expect(row.get_by_role("img")).to_have_attribute("aria-label", re.compile("0, 3$"))


def test_health_tells_lag_queues_channel_errors_and_the_last_rule(console: Console):
    console.log_in()
    console.go("/")
    health = console.page.locator("[data-card=health]")
    for line in ("Event lag p95", "Waiting in queues", "Channel errors", "Last rule published"):
        expect(health).to_contain_text(line)
    expect(health.locator("time")).to_be_visible()


def test_banners_stand_on_top(console: Console):
    console.log_in()
    console.go("/")
    expect(console.page.locator("main > .notice").first).to_contain_text("1 send is in doubt")


def test_the_address_keeps_window_and_zone(console: Console):
    page = console.page
    console.log_in()
    console.go("/")
    page.get_by_role("link", name="7 days", exact=True).click()
    expect(page).to_have_url(re.compile("window=7d"))
    with page.expect_navigation():
        page.get_by_role("combobox", name="Time zone").select_option("UTC")
    expect(page).to_have_url(re.compile("window=7d.*zone=UTC"))
    page.get_by_role("link", name="Custom", exact=True).click()
    page.get_by_label("From").fill("2026-01-01")
    page.get_by_label("Until").fill("2026-01-31")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile("from=2026-01-01&to=2026-01-31"))
    expect(page.locator("[data-card=figures]").get_by_role("link", name=SENT).locator(".big")).to_have_text("0")
    page.reload()
    expect(page.get_by_label("From")).to_have_value("2026-01-01")
    assert console.errors == []


def test_cards_are_moved_and_hidden_by_buttons_and_by_dragging(console: Console):
    page = console.page
    console.log_in()
    console.go("/?arrange=1")
    assert console.violations() == []
    page.get_by_role("button", name="Move Health up").click()
    page.get_by_role("button", name="Hide Needs you").click()
    expect(page.locator("[data-card=needs]")).to_have_count(0)
    with page.expect_response("**/home/arrange/"):
        page.locator("[data-card=health] .arrange").drag_to(page.locator("[data-card=figures] .arrange"))
    console.go("/")
    cards = page.locator("[data-card]")
    assert [card.get_attribute("data-card") for card in cards.all()] == ["health", "figures", "journeys", "reasons"]
    console.go("/?arrange=1")
    page.get_by_role("button", name="Needs you").click()
    expect(page.locator("[data-card=needs]")).to_be_visible()
    page.get_by_role("button", name="As it comes").click()
    expect(cards.first).to_have_attribute("data-card", "figures")
    assert console.errors == []


def test_the_palette_finds_a_phone_s_tail_and_a_journey_s_initials(console: Console):
    page = console.page
    Flow.objects.filter(key="win-back").update(name="银卡会员激活")
    person = console.shop.person(FRUGAL)
    _give_phone(person, "+86 138 0013 8000")
    console.log_in()
    console.go("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("8000")
    expect(page.get_by_role("option", name="household-3")).to_be_visible()
    page.get_by_role("combobox", name="A person").fill("ykhy")
    expect(page.get_by_role("option", name="银卡会员激活").first).to_be_visible()


def test_an_empty_workspace_shows_four_steps_and_sample_data(console: Console):
    page = console.page
    _move_to_empty(console)
    console.log_in()
    console.go("/")
    expect(page.locator(".steps li")).to_have_count(4)
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "0")
    assert console.violations() == []
    page.get_by_role("button", name="Load sample data").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sample data")
    assert console.errors == []


def test_a_viewer_sees_numbers_and_nothing_to_create(console: Console):
    page = console.page
    console.shop.user.memberships.update(role="viewer")
    console.log_in()
    console.go("/")
    expect(page.locator("[data-card=figures]")).to_be_visible()
    _move_to_empty(console, role="viewer")
    console.go("/")
    expect(page.locator(".steps li")).to_have_count(4)
    expect(page.get_by_role("button", name="Load sample data")).to_have_count(0)


def _trouble(console: Console) -> None:
    workspace, now = console.shop.workspace.pk, clock.now()
    ParkedEvent.objects.create(
        workspace_id=workspace, event_id=uuid7(), person_id=uuid7(), reason="failed", parked_at=now
    )
    ParkedEvent.objects.create(
        workspace_id=workspace, event_id=uuid7(), person_id=uuid7(), reason="x", parked_at=now, replayed_at=now
    )
    sent = console.shop.message(THANKED)
    Delivery.objects.filter(pk=sent.pk).update(state="failed", reason="recipient_refused")
    Flow.objects.filter(key="win-back").update(state="paused")


def _give_phone(person_id, phone: str) -> None:
    person = Person.objects.get(pk=person_id)
    person.traits = {**person.traits, "phone": phone}
    person.save()


def _move_to_empty(console: Console, *, role: str = "admin") -> None:
    console.shop.user.memberships.all().delete()
    factories.set_role(console.shop.user, workspace=factories.workspace(name="New 新品牌"), role=role, now=clock.now())
