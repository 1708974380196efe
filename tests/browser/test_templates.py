"""The content library as people use it: each line of its screen, written, looked at and published."""

import re
from datetime import UTC, datetime

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from content.library.models import Template, TemplateDraft
from content.library.templates import define
from tests.browser.conftest import Console
from tests.factories import actor

pytestmark = pytest.mark.django_db(transaction=True)
SAID = "Your hat is back in stock and waits for you in our shop; come by and try it on today"
HAT = {
    "key": "hat",
    "name": "The hat is back",
    "channel": "email",
    "locale": "en",
    "subject": "For you, {{ person.first_name | default: 'friend' }}",
    "html": f'<style>p{{color:#225}}</style><p>{SAID}</p><p><a href="{{{{ links.unsubscribe }}}}">No more mail</a></p>',
    "variants": [
        {"channel": "sms", "locale": "en", "body": SAID},
        {"channel": "email", "locale": "zh-Hans", "subject": "您的帽子", "body": "到货了。{{ links.unsubscribe }}"},
    ],
}


@pytest.fixture
def library(console: Console) -> Console:
    workspace = console.shop.workspace
    define(workspace.pk, HAT, actor=actor(), now=datetime.now(UTC))
    console.log_in()
    return console


def edit(console: Console, place: str) -> None:
    console.go(f"{reverse('template-edit', args=['hat'])}?variant={place}")


def test_the_list_shows_channels_languages_state_and_what_is_not_adapted(library):
    library.go(reverse("template-list"))
    row = library.page.get_by_role("row").filter(has_text="The hat is back")
    for said in ("e-mail, text message", "English, Simplified Chinese", "in use", "not adapted", "v1"):
        expect(row).to_contain_text(said)
    assert library.errors == []


def test_variants_stand_by_channel_and_language_with_missing_ones_marked(library):
    library.go(reverse("template-page", args=["hat"]))
    rows = library.page.locator("#variants tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="text message")).to_contain_text("missing")
    expect(library.page.get_by_text("differ by only")).to_be_visible()
    assert library.errors == []


def test_a_text_message_is_counted_as_it_is_typed_and_kept(library):
    edit(library, "sms:en")
    page = library.page
    shown = page.locator("#template-preview")
    expect(shown.locator(".sms-count")).to_contain_text("GSM-7")
    expect(page.locator("#preview-findings")).to_contain_text("not adapted")
    page.get_by_label("Text", exact=True).fill("帽子到了，回复R退订")
    expect(shown.locator(".sms-count")).to_contain_text("UCS-2")
    expect(shown.locator(".bubble")).to_contain_text("帽子到了")
    expect(page.locator("#draft-said")).to_contain_text("Draft saved")
    draft = TemplateDraft.objects.get(template__key="hat")
    assert draft.definition["variants"][0]["body"] == "帽子到了，回复R退订"
    assert library.errors == []


def test_a_mail_is_shown_light_and_dark_wide_and_narrow_and_nothing_in_it_runs(library):
    edit(library, "email:en")
    page = library.page
    hostile = '<p>Hat</p><script>top.hit=1</script><img src=x onerror="top.hit=1"><a href="http://a.example">go</a>'
    page.get_by_label("HTML", exact=True).fill(hostile)
    frame = page.frame_locator("iframe.mail-page")
    expect(frame.locator("p").first).to_have_text("Hat")
    expect(frame.locator("script, img, a")).to_have_count(0)
    page.get_by_label("Shown on").select_option("phone-dark")
    expect(page.locator(".mail-shown.phone-dark")).to_be_visible()
    box = page.locator(".mail-shown").bounding_box()
    assert box
    assert box["width"] <= 375
    assert page.evaluate("window.hit") is None
    assert library.errors == []


def test_a_preview_names_what_is_missing_and_shows_fall_backs_for_a_real_person(library):
    edit(library, "email:en")
    page = library.page
    page.get_by_label("Subject", exact=True).fill("{{ person.nickname }}, {{ person.shoe | default: 'a shoe' }}")
    expect(page.locator("#preview-missing")).to_contain_text("person.nickname")
    expect(page.locator("#preview-defaulted")).to_contain_text("person.shoe")
    expect(page.locator(".mail-subject")).to_contain_text("⟨person.nickname⟩, a shoe")
    page.get_by_label("Preview as").fill("nobody-at-all")
    expect(page.locator("#template-preview")).to_contain_text("Nobody has the user id")
    assert library.errors == []


def test_checks_stand_beside_the_text_with_the_way_to_mend_it(library):
    edit(library, "email:en")
    page = library.page
    page.get_by_label("HTML", exact=True).fill('<p>{{ firstname }}</p><a href="#">x</a>')
    found = page.locator("#preview-findings")
    for said in ("no link to unsubscribe", "a link leads nowhere", "Did you mean person.first_name?"):
        expect(found).to_contain_text(said)
    found.get_by_role("link", name="Go there").first.click()
    page.get_by_label("HTML", exact=True).fill('<a href="java&#115;cript:alert(1)">x</a>')
    page.get_by_role("button", name="Publish").click()
    expect(page.locator("#template-form [role=alert]")).to_contain_text("a link may not begin with “javascript:”")
    assert Template.objects.get(key="hat").live.number == 1


def test_a_template_is_begun_written_and_published_and_its_version_stands_there(library):
    page = library.page
    library.go(reverse("template-new"))
    page.get_by_label("Name").fill("A scarf")
    page.get_by_label("Channel").select_option("push")
    page.get_by_role("button", name="Begin writing").click()
    page.get_by_label("Title").fill("A scarf for {{ person.first_name }}")
    page.get_by_label("Text", exact=True).fill("It is warm.")
    expect(page.locator(".push-card")).to_contain_text("A scarf for Anni")
    page.get_by_label("Why this version").fill("for the cold")
    page.get_by_role("button", name="Publish").click()
    page.wait_for_url(f"**{reverse('template-page', args=['a-scarf'])}")
    made = Template.objects.get(key="a-scarf")
    assert (made.live.number, made.live.note) == (1, "for the cold")
    library.go(reverse("template-versions", args=["a-scarf"]))
    expect(page.get_by_text("for the cold")).to_be_visible()
    assert library.errors == []


def test_who_saves_over_another_is_shown_what_differs(library):
    edit(library, "sms:en")
    page = library.page
    workspace = library.shop.workspace
    other = HAT | {"variants": [{"channel": "sms", "locale": "en", "body": "Theirs. STOP"}, HAT["variants"][1]]}
    define(workspace.pk, other, actor=actor(), now=datetime.now(UTC))
    page.get_by_label("Text", exact=True).fill("Mine")
    expect(page.locator("#draft-said")).to_contain_text("changed it meanwhile")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Theirs. STOP")).to_be_visible()
    assert not TemplateDraft.objects.exists()


def test_what_a_journey_sends_is_named_and_cannot_be_archived(library):
    sent = next(key for key in Template.objects.exclude(key="hat").values_list("key", flat=True))
    library.go(reverse("template-uses", args=[sent]))
    expect(library.page.get_by_role("row").nth(1)).to_contain_text("journey")
    expect(library.page.get_by_role("button", name="Archive")).to_be_disabled()
    library.go(reverse("template-page", args=["hat"]))
    library.page.get_by_role("button", name="Archive").click()
    expect(library.page.locator(".head")).to_contain_text(re.compile("archived"))
