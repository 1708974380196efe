"""The rule editor as people use it: a draft that saves itself, two who edit at once, JSON, cases, going live."""

import json
import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from campaigns.rules.models import Rule
from campaigns.rules.publishing.drafts import find_draft, save_draft
from campaigns.rules.publishing.models import RuleDraft
from campaigns.rules.publishing.policy import set_policy
from compliance.access.models import Member
from tests import factories
from tests.browser.conftest import Console

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "big-basket"


def draft(console: Console, key: str = KEY) -> RuleDraft:
    found = find_draft(console.shop.workspace.pk, key)
    assert found is not None
    return found


def add(page: Page, prefix: str, kind: str) -> None:
    page.locator(f"#{prefix}-1-add").click()
    page.locator(f"#{prefix}-1-add + .sheet").get_by_role("button", name=kind, exact=True).click()


def test_a_rule_is_made_from_nothing_and_saves_itself(console: Console):
    page = console.page
    console.log_in()
    console.go(reverse("rules"))
    page.get_by_role("link", name="New rule").click()
    page.get_by_label("Name").fill("Thank who spends")
    page.get_by_label("Events").fill("purchase")
    page.get_by_role("button", name="Begin the draft").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank who spends")
    add(page, "if", "Property of this event")
    page.locator("[name$=property]").last.fill("amount")
    page.locator("[name$=property]").last.press("Tab")
    page.locator("[name$=test-is]").last.select_option("gte")
    expect(page.locator("[name$=test-for]").last).to_have_value("amount")
    if page.locator("select[name$=test-type]").count():  # several types were seen
        page.locator("select[name$=test-type]").last.select_option("number")
    page.locator("[name$=test-value]").last.fill("50")
    page.get_by_role("button", name="Add a label").click()
    page.get_by_label("Label").fill("big-spender")
    expect(page.locator("#rule-look")).to_contain_text("add the label “big-spender”")
    expect(page.locator("#rule-look")).to_contain_text("Nothing: the quick checks pass.")
    expect(page.locator("#rule-look")).to_contain_text(re.compile(r"of the last \d+ events"))
    expect(page.locator("#rule-look details")).to_contain_text("当")
    saved = draft(console, "thank-who-spends").definition
    assert saved["if"] == {"property": "amount", "is": "gte", "value": 50}
    assert saved["then"] == [{"add_label": "big-spender"}]
    assert console.errors == []


def test_the_draft_of_a_live_rule_says_what_is_wrong_at_its_place(console: Console):
    page = console.page
    console.log_in()
    console.go(reverse("rule-edit", args=[KEY]))
    expect(page.locator("#rule-saved")).to_contain_text("No draft yet")
    page.get_by_label("Cool-down").fill("soon")
    expect(page.locator("#rule-saved")).to_contain_text("1 problem")
    expect(page.locator("#rule-look")).to_contain_text("/cooldown")
    page.get_by_role("button", name="Save and check the draft").click()
    expect(page.locator(".field:has(#cooldown) .err")).to_be_visible()
    page.get_by_label("Cool-down").fill("7d")
    page.get_by_label("Roll-out").fill("10")
    page.get_by_label("Shadow").check()
    expect(page.locator("#rule-saved")).not_to_contain_text("problem")
    saved = draft(console).definition
    assert (saved["cooldown"], saved["rollout"], saved["mode"]) == ("7d", 10, "shadow")
    assert console.errors == []


def test_who_edits_at_the_same_time_sees_the_difference_and_chooses(console: Console):
    page, shop = console.page, console.shop
    console.log_in()
    console.go(reverse("rule-edit", args=[KEY]))
    live = Rule.objects.get(key=KEY).live
    assert live
    theirs = {**live.definition, "priority": 7}
    save_draft(shop.workspace.pk, KEY, theirs, revision=0, actor=factories.actor(), now=shop.now)
    page.get_by_label("Priority").fill("9")
    expect(page.locator("#rule-saved")).to_contain_text("priority: ")
    expect(page.locator("#rule-saved")).to_contain_text("Nothing of yours is saved yet")
    assert draft(console).definition["priority"] == 7
    page.get_by_role("button", name="Save mine over it").click()
    expect(page.locator("#rule-saved")).to_contain_text("revision 2")
    assert draft(console).definition["priority"] == 9


def test_json_and_form_are_one_draft_and_faults_stand_at_their_line(console: Console):
    page = console.page
    console.log_in()
    console.go(reverse("rule-json", args=[KEY]))
    area = page.get_by_label("Definition as JSON")
    text = area.input_value()
    whole = json.loads(text)
    area.fill(text.replace('"priority": ', '"priority": "x", "was": '))
    page.get_by_role("button", name="Save and check the draft").click()
    line = 1 + text[: text.index('"priority"')].count("\n")
    expect(page.locator("#json-problems")).to_contain_text(f"line {line}")
    page.get_by_label("Definition as JSON").fill("{\n oops")
    page.get_by_role("button", name="Save and check the draft").click()
    expect(page.locator("#json-problems")).to_contain_text("line 2")
    page.get_by_label("Definition as JSON").fill(json.dumps({**whole, "priority": 42}))
    page.get_by_role("button", name="Save and check the draft").click()
    expect(page.locator("#json-problems")).to_have_count(0)
    page.get_by_role("link", name="Form", exact=True).click()
    expect(page.get_by_label("Priority")).to_have_value("42")
    page.get_by_role("button", name="Save and check the draft").click()
    expect(page.locator("#rule-saved")).to_contain_text("revision")
    assert {**draft(console).definition, "priority": 0} == {**whole, "priority": 0}


def test_a_case_is_made_of_an_event_and_holds_a_draft_up(console: Console):
    page = console.page
    console.log_in()
    console.go(reverse("rule-cases", args=[KEY]))
    page.locator("main a[href*='?event=']").first.click()
    page.get_by_label("Name").fill("must not fire")
    page.get_by_label("must not fire").check()
    page.get_by_role("button", name="Keep the case").click()
    row = page.locator("tr", has_text="must not fire").last
    expect(row).to_be_visible()
    page.get_by_role("link", name="New case").click()
    page.get_by_label("Name").fill("broken")
    page.get_by_label("Properties (JSON)").fill("{")
    page.get_by_role("button", name="Keep the case").click()
    expect(page.get_by_label("Properties (JSON)")).to_have_attribute("aria-invalid", "true")
    assert [error for error in console.errors if "422" not in error] == []


def test_a_draft_goes_live_through_the_gate_and_back_again(console: Console):
    page = console.page
    console.log_in()
    console.go(reverse("rule-edit", args=[KEY]))
    page.get_by_label("Priority").fill("11")
    expect(page.locator("#rule-saved")).to_contain_text("revision 1")
    page.get_by_role("link", name="Publish…").click()
    expect(page.locator(".gate-steps")).to_contain_text("What it refers to exists")
    expect(page.locator(".gate-steps")).to_contain_text("ms")
    page.get_by_role("button", name="Publish now").click()
    expect(page.locator("h1 ~ .badge").last).to_have_text("v2")
    page.get_by_role("link", name="Versions").click()
    expect(page.locator("main")).to_contain_text("priority: ")
    page.get_by_role("button", name="Roll back to it").click()
    expect(page.locator("main")).to_contain_text("v1 is live again")
    assert Rule.objects.get(key=KEY).live.number == 1  # type: ignore[union-attr]
    assert console.errors == []


def test_where_two_must_agree_the_maker_cannot_decide(console: Console):
    page, shop = console.page, console.shop
    factories.user(shop.workspace, role=Member.Role.ADMIN)
    set_policy(shop.workspace.pk, {"review": True}, actor=factories.actor(), now=shop.now)
    console.log_in()
    console.go(reverse("rule-edit", args=[KEY]))
    page.get_by_label("Priority").fill("12")
    expect(page.locator("#rule-saved")).to_contain_text("revision 1")
    console.go(reverse("rule-release", args=[KEY]))
    page.get_by_role("button", name="Hand in for review").click()
    expect(page.locator("main")).to_contain_text("somebody else has to decide")
    expect(page.get_by_role("button", name="Approve and publish")).to_have_count(0)
    assert Rule.objects.get(key=KEY).live.number == 1  # type: ignore[union-attr]


def test_without_javascript_a_rule_is_edited_all_the_same(bare: Console):
    console = bare
    page = console.page
    console.log_in()
    console.go(reverse("rule-edit", args=[KEY]))
    page.get_by_role("button", name="Add a label").click()
    page.get_by_label("Label").fill("big")
    page.get_by_label("Priority").fill("13")
    page.get_by_role("button", name="Save and check the draft").click()
    saved = draft(console).definition
    assert saved["priority"] == 13
    assert {"add_label": "big"} in saved["then"]
