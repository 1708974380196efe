"""What rules had done, and a rule that is stopped, in a browser."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from campaigns.actions import Action
from campaigns.actions.webhooks import wire
from campaigns.actions.webhooks.endpoints import save_endpoint
from campaigns.actions.webhooks.sending import drain_webhooks
from campaigns.rules.define import define
from campaigns.rules.gate import in_this_process
from config.kit.http import Forbidden
from tests import factories
from tests.audiences.events import put, row
from tests.campaigns.world import settle

SHOTS = os.environ.get("SHOTS")
STEERED = {
    "key": "tell-crm",
    "name": "Tell the CRM of big orders",
    "on": ["big_order"],
    "if": {"property": "amount", "is": "gte", "value": 100},
    "then": [
        {"webhook": {"endpoint": "crm", "data": {"amount": {"property": "amount"}}}},
        {"set_trait": {"trait": "tier", "value": "gold"}},
        {"add_label": "big-spender"},
        {"emit": {"event": "crm_told"}},
    ],
    "exclusive": "welcome",
    "cooldown": "7d",
    "max_firings": {"per_subject": 3, "in_all": 1000, "per": "30d"},
    "rollout": 100,
}


@pytest.fixture
def told(console, monkeypatch):
    workspace, now = console.shop.workspace, console.shop.now
    with wire.calling_nobody():
        raw = {"key": "crm", "url": "https://crm.example/hook"}
        save_endpoint(workspace.pk, raw, actor=factories.actor(), now=now)
    with in_this_process():
        define(workspace.pk, STEERED, actor=factories.actor(), now=now)
    big = {"name": "big_order", "at": now, "properties": {"amount": 120}}
    put(*(row(workspace.pk, user=f"household-{n}", **big) for n in (1, 2)), at=now)
    settle(now)

    def inside(url, *, body, headers):
        raise Forbidden("address_inside", "crm.example leads to an address inside a network, which is not called")

    with monkeypatch.context() as patch:
        patch.setattr(wire, "call", inside)
        drain_webhooks(now)
    return console


def test_parked_actions_are_found_from_home_and_tried_once_more(told):
    told.log_in()
    told.go("/")
    told.page.get_by_role("link", name="Parked actions").first.click()
    expect(told.page.get_by_role("heading", level=1)).to_have_text("Actions of rules")
    rows = told.page.locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("the address leads inside a network")
    rows.first.get_by_role("checkbox").check()
    told.page.get_by_role("button", name="Try once more").click()
    expect(told.page.get_by_text("1 action is tried once more.")).to_be_visible()
    assert Action.objects.filter(state="pending", kind="webhook").count() == 1


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_hold_in_both_languages_and_themes(told, language, theme):
    told.prefer(language=language, theme=theme)
    told.log_in()
    for path in ("/actions/", "/rules/tell-crm/"):
        for width in (1440, 390):
            told.resize(width)
            told.go(path)
            assert told.overflow() <= 0, (path, width)
            _shoot(told, f"{path.strip('/').replace('/', '-')}-{language}-{theme}-{width}")
        assert told.violations() == []
    assert told.errors == []


def test_a_rule_is_stopped_and_released_with_one_press(told):
    told.log_in()
    told.go("/rules/tell-crm/")
    told.page.get_by_role("button", name="Stop at once").click()
    expect(told.page.get_by_text("no event is judged by this rule")).to_be_visible()
    _shoot(told, "stopped")
    told.page.get_by_role("button", name="Release").click()
    expect(told.page.get_by_text("no event is judged by this rule")).to_have_count(0)


def _shoot(console, name):
    """Keep a picture where somebody asked for them."""
    if SHOTS:
        console.page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)
