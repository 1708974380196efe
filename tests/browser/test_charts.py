"""Charts as people use them: picture or table, both themes, and the numbers without JavaScript."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.conftest import Console

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_chart_is_drawn_in_the_colours_of_the_theme_and_can_be_a_table(console: Console):
    page = console.page
    console.log_in()
    console.go(reverse("segment-page", args=["loyal"]))
    chart = page.locator("#segment-growth-chart")
    expect(chart.locator(".plot svg path").first).to_be_attached()
    expect(chart.locator(".plot")).to_have_attribute("aria-label", "People in it, last 30 days. From 0 to 3.")
    light = chart.locator(".plot svg").inner_html()
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    expect(chart.locator(".plot svg [fill='#b4bdca']").first).to_be_attached()
    assert chart.locator(".plot svg").inner_html() != light
    chart.get_by_role("button", name="Table").click()
    expect(chart.get_by_role("table")).to_be_visible()
    expect(chart.locator(".plot")).to_be_hidden()
    with page.expect_download() as download:
        chart.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "segment-growth-chart.csv"
    assert console.errors == []


def test_a_chart_leaves_nothing_behind_when_it_is_swapped_out(console: Console):
    page = console.page
    console.log_in()
    console.go(reverse("segment-growth", args=["loyal"]))
    expect(page.locator(".plot svg")).to_be_attached()
    swap = "htmx.ajax('GET', location.pathname, {target: '#segment-growth', swap: 'outerHTML'})"
    for _turn in range(3):
        page.evaluate(swap)
    expect(page.locator(".plot svg")).to_have_count(1)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert console.errors == []


def test_without_javascript_the_numbers_stand_in_a_table(bare: Console):
    bare.log_in()
    bare.go(reverse("segment-growth", args=["loyal"]))
    expect(bare.page.get_by_role("table")).to_be_visible()
    expect(bare.page.locator(".plot")).to_be_hidden()
