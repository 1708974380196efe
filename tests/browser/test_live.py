"""Parts that keep themselves up to date: by a stream, else by polling, never against the reader's will."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from campaigns.flows.models import Flow
from compliance.access import stream
from config.kit import live
from tests.browser.conftest import Console

pytestmark = pytest.mark.django_db(transaction=True)


def pause_a_flow(console: Console) -> None:
    Flow.objects.filter(workspace_id=console.shop.workspace.pk, key="win-back").update(state=Flow.State.PAUSED)


@pytest.fixture
def brisk(monkeypatch):
    monkeypatch.setattr(stream, "TICK", 0.2)
    monkeypatch.setattr(stream, "LASTS", 8.0)
    yield
    stream.ending.set()
    stream.ending.clear()


def test_home_shows_what_happens_without_being_loaded_again(console: Console, brisk):
    console.log_in()
    console.go(reverse("home"))
    expect(console.page.get_by_text("Updated", exact=False)).to_be_visible()
    pause_a_flow(console)
    expect(console.page.locator("#home-needs")).to_contain_text("Paused journeys")
    expect(console.page.locator("[data-polling]")).to_be_hidden()
    assert console.errors == []


def test_without_a_free_stream_the_page_polls_and_says_so(console: Console, brisk, monkeypatch):
    monkeypatch.setattr(stream, "places", live.Places(0))
    console.log_in()
    pause_a_flow(console)
    console.go(reverse("home"))
    expect(console.page.locator("[data-polling]")).to_be_visible()
    Flow.objects.update(state=Flow.State.LIVE)
    expect(console.page.locator("#home-needs")).not_to_contain_text("Paused journeys", timeout=15_000)


def test_pause_holds_the_page_still(console: Console, brisk):
    page = console.page
    console.log_in()
    console.go(reverse("home"))
    pause = page.locator("x-live").get_by_role("button", name="Pause")
    pause.click()
    expect(page.locator("x-live")).to_contain_text("Paused")
    pause_a_flow(console)
    page.wait_for_timeout(1500)
    expect(page.locator("#home-needs")).not_to_contain_text("Paused journeys")
    pause.click()
    expect(page.locator("#home-needs")).to_contain_text("Paused journeys")
