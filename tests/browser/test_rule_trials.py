"""A rule under the glass in a browser: its conflicts, one event traced, an event tried, a test on the last events."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from audiences.intake.models import Event
from campaigns.rules.models import Firing, Rule
from campaigns.rules.publishing.drafts import save_draft
from compliance import jobs
from tests import factories

SHOTS = os.environ.get("SHOTS")
DRAFT = {
    "name": "Big basket",
    "on": ["purchase"],
    "if": {"property": "amount", "is": "gte", "value": 1},
    "then": [{"add_label": "buyer"}],
}


@pytest.fixture
def member(console):
    console.log_in()
    return console


def shoot(member, name, path):
    if not SHOTS:
        return
    for language, theme, width in (("en", "light", 1440), ("zh-hans", "dark", 1440), ("zh-hans", "light", 390)):
        member.prefer(language=language, theme=theme)
        member.resize(width)
        member.go(path)
        member.page.screenshot(path=str(Path(SHOTS) / f"{name}-{language}-{theme}-{width}.png"), full_page=True)
    member.prefer(language="en", theme="light")
    member.resize(1440)


def test_a_firing_is_traced_with_each_value_and_its_time(member):
    firing = Firing.objects.filter(rule__key="big-basket").first()
    member.go("/rules/big-basket/trace/")
    member.page.get_by_label("Event id").fill(str(firing.event_id))
    member.page.get_by_role("button", name="Show the trace").click()
    expect(member.page.get_by_text("It fired")).to_be_visible()
    table = member.page.get_by_role("table", name="Each condition")
    expect(table).to_contain_text("amount")
    expect(table).to_contain_text("µs")
    shoot(member, "trace", f"/rules/big-basket/trace/?event={firing.event_id}")
    assert member.errors == []


def test_a_viewer_tries_an_event_and_learns_why_not(member):
    member.log_in(member.shop.viewer)
    member.go("/rules/big-basket/trace/")
    member.page.get_by_label("Properties (JSON)").fill('{"amount": 3}')
    member.page.get_by_role("button", name="Try it").click()
    expect(member.page.get_by_text("It would not match")).to_be_visible()
    expect(member.page.get_by_text("The first that kept it from matching")).to_be_visible()


def test_a_draft_is_tested_on_the_last_events_beside_the_live_version(member):
    shop = member.shop
    save_draft(shop.workspace.pk, "big-basket", DRAFT, revision=0, actor=factories.actor(), now=shop.now)
    member.go("/rules/big-basket/test/")
    member.page.get_by_label("How many events").select_option("100")
    member.page.get_by_role("button", name="Test against them").click()
    expect(member.page.get_by_role("button", name="Cancel")).to_be_visible()
    jobs.run_all()
    trials = member.page.locator("#rule-trials")
    expect(trials).to_contain_text("now matches")
    purchases = Event.objects.filter(workspace_id=shop.workspace.pk, name="purchase").count()
    assert 0 < purchases < 100
    shoot(member, "test", "/rules/big-basket/test/")
    trials.get_by_role("link", name="purchase").first.click()
    expect(member.page.get_by_text("It did not fire")).to_be_visible()
    expect(member.page.get_by_text("It would match")).to_be_visible()


def test_conflicts_are_told_on_the_overview(member):
    shop = member.shop
    live = Rule.objects.get(workspace_id=shop.workspace.pk, key="big-basket").live.definition
    twin = {**live, "key": "twin", "name": "Twin"}
    save_draft(shop.workspace.pk, "twin", twin, revision=0, actor=factories.actor(), now=shop.now)
    member.go("/rules/twin/")
    expect(member.page.locator("#rule-conflicts .findings li").first).to_contain_text("big-basket")
    shoot(member, "rule", "/rules/twin/")
