"""The canvas of journeys as people use it: built by keyboard, undone to the byte, compared, measured, quick."""

import json
import re
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from campaigns.flows.canvas.drafts import begin, find_draft, save, shown
from campaigns.flows.lookups import find_flow
from tests import factories
from tests.browser.conftest import Console

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "hello"


def start(console: Console, nodes: dict[str, Any] | None = None, first: str = "") -> Page:
    """Begin a journey, with these nodes if there are any, and open it on the canvas."""
    shop = console.shop
    draft = begin(
        shop.workspace.pk,
        key=KEY,
        name="Hello",
        entry={"on": "event", "event": "sign_up"},
        actor=factories.actor(),
        now=shop.now,
    )
    if nodes:
        made = {**draft.definition, "nodes": nodes, "first": first}
        save(draft.flow, {"definition": made}, revision=1, actor=factories.actor(), now=shop.now)
    console.log_in()
    console.go(reverse("flow-canvas", args=[KEY]))
    expect(console.page.locator("[data-node]").first).to_be_visible()
    return console.page


def saved(console: Console) -> dict[str, Any]:
    expect(console.page.locator("[data-saved]")).to_contain_text("saved")
    found = find_flow(console.shop.workspace.pk, KEY)
    assert found is not None
    return shown(found)


def here(page: Page, name: str):
    return page.locator(f'[data-node="{name}"]')


def held(page: Page) -> str:
    """The document that the canvas holds, as canonical JSON: the database keeps no order of keys."""
    return json.dumps(page.evaluate("document.querySelector('x-journey').store.state.document"), sort_keys=True)


def test_a_whole_journey_is_built_by_keyboard_alone_and_undone_to_the_byte(console: Console):
    page = start(console)
    before = held(page)
    keys = page.keyboard
    here(page, "end").focus()
    keys.press("a")
    keys.type("branch")
    keys.press("Enter")
    expect(here(page, "branch-1")).to_be_focused()
    keys.press("a")
    keys.type("wait")
    keys.press("Enter")
    expect(here(page, "wait-1")).to_be_focused()
    keys.press("c")
    expect(page.locator("#live")).to_contain_text("Choose where it leads")
    keys.press("ArrowDown")
    keys.press("Enter")
    assert "wait-1" in json.loads(held(page))["definition"]["nodes"]
    for key in ("Alt+ArrowDown", "Alt+ArrowRight", "Alt+ArrowRight", "Control+d", "Alt+ArrowLeft", "Delete"):
        keys.press(key)
    for _ in range(6):
        keys.press("Alt+ArrowUp")
    keys.press("Control+a")
    keys.press("Control+c")
    keys.press("Control+v")
    after = held(page)
    assert after != before
    steps = page.evaluate("document.querySelector('x-journey').store.past.length")
    assert steps >= 14
    saved(console)
    page.reload()
    expect(page.locator("[data-node]").first).to_be_visible()
    page.locator("[data-node]").first.focus()
    for _ in range(steps):
        keys.press("Control+z")
    assert held(page) == before
    for _ in range(steps):
        keys.press("Control+Shift+z")
    assert held(page) == after
    assert console.errors == []


def test_nodes_are_added_by_plus_and_palette_connected_by_clicks_and_edited_in_the_inspector(console: Console):
    nodes = {"wait-1": {"do": "wait", "for": "1h", "next": "end"}, "end": {"do": "exit"}}
    page = start(console, nodes, "wait-1")
    page.get_by_role("button", name="Add after wait-1").click()
    page.get_by_role("dialog").get_by_role("button", name="Send").click()
    expect(here(page, "send-1")).to_be_focused()
    expect(here(page, "send-1")).to_contain_text("template is missing")
    page.keyboard.press("Enter")
    inspector = page.locator("#canvas-inspector")
    inspector.get_by_label("Template").select_option(index=1)
    inspector.get_by_role("button", name="Save the node").click()
    expect(here(page, "send-1")).not_to_contain_text("template is missing")
    assert saved(console)["definition"]["nodes"]["send-1"]["next"] == "end"
    page.locator(".react-flow__handle[data-nodeid=wait-1].source").click()
    page.locator(".react-flow__handle[data-nodeid=end].target").click()
    expect(page.locator("#live")).to_contain_text("wait-1 → end")
    page.locator("[data-kind=exit]").focus()
    page.keyboard.press("Enter")
    expect(here(page, "exit-1")).to_be_focused()
    page.get_by_role("button", name="Note").click()
    expect(page.locator(".flow-note")).to_be_visible()
    assert console.errors == []


def test_the_modes_tell_counts_and_what_differs_in_words_and_are_in_the_address(console: Console):
    shop, page = console.shop, console.page
    flow = find_flow(shop.workspace.pk, "thank-you")
    assert flow is not None
    assert flow.live is not None
    definition = {**flow.live.definition, "nodes": {**flow.live.definition["nodes"], "more": {"do": "exit"}}}
    save(flow, {"definition": definition}, revision=0, actor=factories.actor(), now=shop.now)
    console.log_in()
    console.go(reverse("flow-canvas", args=["thank-you"]) + "?mode=compare&v=1&node=more")
    expect(page.locator("#canvas-changes")).to_contain_text("added: more")
    expect(here(page, "more")).to_contain_text("added")
    expect(here(page, "more")).to_be_focused()
    page.get_by_role("button", name="Metrics").click()
    first = page.locator("[data-figures]").first
    expect(first).to_contain_text(re.compile(r"entered [1-9]"))
    expect(page).to_have_url(re.compile("mode=metrics"))
    here(page, "more").focus()
    page.evaluate("document.querySelector('x-journey').store.measure(30)")
    expect(here(page, "more")).to_be_focused()
    for theme, language in (("light", "en"), ("dark", "zh-hans")):
        console.prefer(language=language, theme=theme)
        console.go(reverse("flow-canvas", args=["thank-you"]))
        expect(page.locator("[data-node]").first).to_be_visible()
        assert console.violations() == [], (theme, language)
        console.go(reverse("flow-outline", args=["thank-you"]))
        assert console.violations() == [], (theme, language)
    assert console.errors == []


def test_who_saves_meanwhile_is_told_with_the_difference(console: Console):
    page = start(console, {"wait-1": {"do": "wait", "for": "1h", "next": "end"}, "end": {"do": "exit"}}, "wait-1")
    found = find_draft(console.shop.workspace.pk, KEY)
    assert found is not None
    theirs = {**found.definition, "nodes": {**found.definition["nodes"], "theirs": {"do": "exit"}}}
    save(found.flow, {"definition": theirs}, revision=2, actor=factories.actor("Bea"), now=console.shop.now)
    here(page, "end").focus()
    page.keyboard.press("Alt+ArrowDown")
    alert = page.locator("x-journey [role=alert]")
    expect(alert).to_contain_text("Bea has saved this draft")
    expect(alert).to_contain_text("removed: theirs")
    alert.get_by_role("button", name="Take theirs").click()
    expect(here(page, "theirs")).to_be_visible()
    console.errors.clear()  # the browser notes the 409 by itself


def test_sixty_nodes_are_there_at_once_and_pan_smoothly(console: Console):
    nodes: dict[str, Any] = {f"n{at}": {"do": "wait", "for": "1h", "next": f"n{at + 1}"} for at in range(59)}
    page = start(console, nodes | {"n59": {"do": "exit"}}, "n0")
    expect(page.locator("[data-node]")).to_have_count(60)
    took = page.evaluate(
        """async () => {
          const old = document.querySelector('x-journey'), began = performance.now(), made = old.cloneNode();
          old.replaceWith(made);
          while (made.querySelectorAll('[data-node]').length < 60) await new Promise(requestAnimationFrame);
          return performance.now() - began }"""
    )
    assert took < 1500
    rate = page.evaluate(
        """async () => {
          const ground = document.querySelector('.react-flow__pane'); let frames = 0; const began = performance.now();
          while (performance.now() - began < 1000) {
            ground.dispatchEvent(new WheelEvent('wheel', {deltaY: 12, bubbles: true, cancelable: true}));
            await new Promise(requestAnimationFrame); frames += 1 }
          return frames * 1000 / (performance.now() - began) }"""
    )
    assert rate >= 40
    print(f"60 nodes: {took:.0f} ms to mount, {rate:.0f} frames a second")


def test_the_outline_makes_the_same_edits_without_a_script_on_a_phone(bare: Console):
    shop, page = bare.shop, bare.page
    entry = {"on": "event", "event": "sign_up"}
    begin(shop.workspace.pk, key=KEY, name="Hello", entry=entry, actor=factories.actor(), now=shop.now)
    bare.log_in()
    bare.resize(390)
    bare.go(reverse("flow-outline", args=[KEY]))
    page.get_by_label("Kind of node to begin with").select_option("wait")
    page.get_by_role("button", name="Add at the beginning").click()
    page.get_by_label("Kind of node to add after wait-1").select_option("send")
    page.get_by_role("button", name="Add here: wait-1").click()
    page.get_by_role("link", name="Edit: send-1").click()
    page.get_by_label("Template").select_option(index=1)
    page.get_by_role("button", name="Save the node").click()
    page.get_by_label("Where to move send-1").select_option("|")
    page.get_by_role("button", name="Move: send-1").click()
    assert bare.overflow() == 0
    page.get_by_role("button", name="Delete: wait-1").click()
    found = find_draft(shop.workspace.pk, KEY)
    assert found is not None
    nodes = found.definition["nodes"]
    assert (found.definition["first"], sorted(nodes), nodes["send-1"]["next"]) == ("send-1", ["end", "send-1"], "end")
