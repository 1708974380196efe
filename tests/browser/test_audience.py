"""The audience screen, line by line of what it shows and lets one do; test_segment_builder walks how one is built."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from audiences import segments
from audiences.builder import catalogue
from audiences.segments.models import Segment
from audiences.segments.previews import drawing, tally
from compliance import jobs
from compliance.jobs.models import Job
from tests import factories
from tests.browser.conftest import Console
from tests.browser.test_segment_builder import add, type_into
from tests.console.shop import NO_CONSENT, THANKED

pytestmark = pytest.mark.django_db(transaction=True)
LOYAL = {"segment": "loyal"}


@pytest.fixture(autouse=True)
def _fresh_suggestions() -> None:
    catalogue.forget()


@pytest.fixture
def samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is cheap enough to ask everybody at once, and samples have sixty people."""

    def never(*_given: object, **_more: object) -> None:
        raise tally.TooLong

    monkeypatch.setattr(tally, "_of_everybody", never)
    monkeypatch.setattr(tally, "draw", lambda workspace_id, seed=0: drawing.draw(workspace_id, seed=seed, size=60))


def define(console: Console, key: str, where: object) -> Segment:
    raw = {"key": key, "name": key, "where": where}
    return segments.define(console.shop.workspace.pk, raw, actor=factories.actor(), now=console.shop.now)


def names(page: Page) -> list[str]:
    return page.locator("#live-sample summary").all_inner_texts()


def test_nested_groups_stand_as_sentences_with_their_rows_in_a_funnel(console: Console):
    page = console.page
    either = {"any": [{"did": "purchase", "times": {"at_least": 1}}, LOYAL]}
    where = {"all": [{"trait": "language", "is": "eq", "value": "en"}, either]}
    where["all"].append({"not": {"consent": {"channel": "email", "purpose": "marketing"}}})
    define(console, "nested", where)
    console.log_in()
    console.go(reverse("segment-edit", args=["nested"]))
    said = page.locator(".cond-said")
    for words in ("language is “en”", "did “purchase” at least once", "or", "not", "email"):
        expect(said).to_contain_text(words)
    funnel = page.locator("#live-count .live-funnel li .num")
    expect(funnel).to_have_text(["4", "4", "1"])
    assert console.errors == []


@pytest.mark.usefixtures("samples")
def test_an_estimate_says_so_and_a_job_counts_exactly_and_against_the_version_in_use(console: Console):
    page = console.page
    console.crowd(150)
    console.log_in()
    console.go(reverse("segment-edit", args=["loyal"]))
    count = page.locator("#live-count")
    expect(count).to_contain_text(re.compile(r"≈ \d+.*of 154 people"))
    expect(count).to_contain_text(re.compile(r"estimate ± \d+\s+as of"))
    page.locator("[name$=times-n]").fill("9")
    expect(count).to_have_attribute("data-stale", "")
    expect(page.locator(".outcome[data-stale], .outcome.htmx-request")).to_have_count(0)
    count.get_by_role("button", name="Count exactly").click()
    expect(count).to_contain_text("Counting everybody…")
    count.get_by_role("button", name="Cancel").click()
    expect(count).to_contain_text("The exact count was cancelled.")
    assert Job.objects.latest("created_at").state == "cancelled"
    count.get_by_role("button", name="Count again").click()
    expect(count).to_contain_text("Counting everybody…")
    jobs.run_all()
    exactly = count.locator(".live-exactly")
    expect(exactly).to_contain_text(re.compile(r"exact\s+0\s+as of"))
    expect(exactly).to_contain_text("Against v1: 0 would join, 3 would leave, 0 would stay.")
    expect(page.locator("#live-compare")).to_contain_text("would leave")
    assert console.errors == []


def test_twenty_people_stand_masked_with_why_and_others_can_be_asked_for(console: Console):
    page = console.page
    console.crowd(150, called="crowd-{}@example.com")
    console.log_in()
    console.go(reverse("segment-new"))
    add(page, "Attribute")
    type_into(page, "trait", "email")
    page.locator("[name$=test-is]").select_option("exists")
    expect(page.locator("#live-sample summary")).to_have_count(20)
    first = names(page)
    assert all(re.fullmatch(r"cr?\*+\d{1,2}@example\.com|household-\d", name) for name in first), first
    page.locator("#live-sample summary").first.click()
    expect(page.locator("#live-sample .check.pass").first).to_be_visible()
    expect(page.locator("#live-sample .check .got").first).not_to_contain_text("crowd-")
    page.get_by_role("button", name="Other people").click()
    expect(page.locator("#live-sample summary").first).not_to_have_text(first[0])
    assert set(names(page)) != set(first)
    assert console.errors == []


def test_a_person_is_tested_in_a_segment_that_has_no_name_yet(console: Console):
    page, answer = console.page, console.page.locator("#live-person")
    console.log_in()
    console.go(reverse("segment-new"))
    test = page.get_by_role("button", name="Test", exact=True)
    test.click()
    expect(answer).to_contain_text("Complete the condition first.")
    add(page, "Consent")
    expect(page.locator("#live-count")).to_contain_text("of 4 people")
    test.click()
    expect(answer).to_contain_text("Type whom to test")
    for user, outcome, check in ((NO_CONSENT, "does not match", "fail"), (THANKED, "matches", "pass")):
        page.get_by_placeholder("User id").fill(user)
        page.keyboard.press("Enter")
        expect(answer.locator(".badge").first).to_have_text(outcome)
        expect(answer.locator(f".check.{check}")).to_contain_text("email")
    page.get_by_placeholder("User id").fill("nobody-at-all")
    test.click()
    expect(answer).to_contain_text("Nobody is known by that.")
    assert console.errors == []


def test_a_static_segment_is_saved_and_what_reads_one_stands_before_edit_and_archive(console: Console):
    page = console.page
    console.log_in()
    console.go(reverse("segment-new"))
    add(page, "Segment")
    page.locator("[name$=segment]").last.select_option("loyal")
    page.get_by_label("Name", exact=True).fill("Handpicked")
    page.get_by_text("Static", exact=True).click()
    page.get_by_role("button", name="Save segment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Handpicked")
    assert Segment.objects.get(key="handpicked").kind == "static"
    console.go(reverse("segment-edit", args=["loyal"]))
    expect(page.locator("form .banner")).to_contain_text("Used by: ")
    console.go(reverse("segment-uses", args=["loyal"]))
    expect(page.locator("main tbody")).to_contain_text("Big basket of a loyal household")
    expect(page.get_by_role("button", name="Archive")).to_be_disabled()
    assert console.errors == []


def test_an_older_version_is_used_again_and_archiving_is_undone(console: Console):
    page = console.page
    for city in ("Paris", "Lyon"):
        define(console, "city", {"trait": "city", "is": "eq", "value": city})
    console.log_in()
    console.go(reverse("segment-history-page", args=["city"]))
    expect(page.locator("main ol.stack > li").first).to_contain_text("city is “Paris” → city is “Lyon”")
    page.get_by_role("button", name="Use again").click()
    expect(page.locator(".banner, .toast").first).to_contain_text("v1 is in use again, as a new version.")
    segment = Segment.objects.get(key="city")
    assert segment.live
    assert (segment.live.number, segment.live.definition["where"]["value"]) == (3, "Paris")
    page.get_by_role("button", name="Archive").click()
    expect(page.get_by_role("button", name="Bring back")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Archive")).to_be_visible()
    segment.refresh_from_db()
    assert segment.live
    assert (segment.live.number, segment.versions.count()) == (3, 3)
    assert console.errors == []


def test_an_export_is_a_job_with_a_file_on_the_trail_and_not_for_viewers(console: Console):
    page = console.page
    console.log_in()
    console.go(reverse("segment-page", args=["loyal"]))
    page.get_by_role("button", name="Export").click()
    expect(page.locator("section.job")).to_contain_text("Loyal")
    jobs.run_all()
    with page.expect_download() as loading:
        page.get_by_role("link", name="Download").click()
    assert loading.value.path().read_text("utf-8-sig").count("household-") == 3
    console.go(reverse("segment-trail", args=["loyal"]))
    expect(page.locator("#segment-trail")).to_contain_text("segment.exported")
    console.shop.user.memberships.update(role="viewer")
    console.go(reverse("segment-page", args=["loyal"]))
    expect(page.get_by_role("button", name="Export")).to_have_count(0)
    assert console.errors == []


def test_an_attribute_that_is_gone_is_shown_with_a_repair_that_one_click_makes(console: Console):
    page = console.page
    define(console, "lost", {"trait": "langage", "is": "eq", "value": "en"})
    console.log_in()
    catalogue.forget()  # a late request of the tab before may have read a shop that was being put back
    console.go(reverse("segment-edit", args=["lost"]))
    expect(page.locator(".cond-warn")).to_contain_text("Not seen yet.")
    page.get_by_role("button", name="Use language").click()
    expect(page.locator(".cond-warn")).to_have_count(0)
    expect(page.locator("#live-count")).to_contain_text("4 of 4 people")
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("lost")
    live = Segment.objects.get(key="lost").live
    assert live
    assert live.definition["where"]["trait"] == "language"
    assert console.errors == []
