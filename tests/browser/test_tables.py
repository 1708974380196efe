"""Decision tables in a browser: keys as in a spreadsheet, blocks that are pasted, the same form without a script."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from campaigns.rules.publishing.drafts import find_draft, save_draft
from tests import factories
from tests.campaigns.rules.tables.test_pages import TABLE

SHOTS = os.environ.get("SHOTS")


@pytest.fixture
def grid(console):
    save_draft(console.shop.workspace.pk, "labels", TABLE, revision=0, actor=factories.actor(), now=console.shop.now)
    console.log_in()
    console.go("/tables/labels/")
    return console


def cell(grid, row, column):
    return grid.page.locator(f'input[data-row="{row}"][data-col="{column}"]')


def paste(grid, text):
    grid.page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.setData('text/plain', text);
            const paste = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true });
            document.activeElement.dispatchEvent(paste);
        }""",
        text,
    )


def thens(grid):
    return [row["then"][0] for row in find_draft(grid.shop.workspace.pk, "labels").definition["rows"]]


def test_arrows_enter_escape_fill_down_and_undo(grid):
    keys = grid.page.keyboard
    cell(grid, 0, 0).focus()
    keys.press("ArrowDown")
    expect(cell(grid, 1, 0)).to_be_focused()
    keys.press("ArrowRight")
    expect(cell(grid, 1, 1)).to_be_focused()
    keys.type("Oslo")
    keys.press("Escape")
    expect(cell(grid, 1, 1)).to_have_value("-")
    keys.press("Control+d")
    expect(cell(grid, 1, 1)).to_have_value("Rome")
    keys.press("Control+z")
    expect(cell(grid, 1, 1)).to_have_value("-")
    keys.press("Control+Shift+z")
    expect(cell(grid, 1, 1)).to_have_value("Rome")
    keys.press("Enter")
    keys.type("!")
    keys.press("Control+z")
    expect(cell(grid, 1, 1)).to_have_value("Rome")
    assert grid.errors == []


def test_enter_walks_on_after_typing_and_saving_shows_a_fault_in_place(grid):
    keys = grid.page.keyboard
    cell(grid, 0, 0).focus()
    keys.type("lots")
    keys.press("Enter")
    expect(cell(grid, 1, 0)).to_be_focused()
    grid.page.get_by_role("button", name="Save", exact=True).last.click()
    expect(cell(grid, 0, 0)).to_have_attribute("aria-invalid", "true")
    expect(grid.page.locator("#f1")).to_be_visible()


def test_a_block_is_pasted_in_place_and_a_longer_one_adds_rows(grid):
    cell(grid, 0, 1).focus()
    paste(grid, "Oslo\tsilver\nBern\tbronze\n")
    expect(cell(grid, 1, 2)).to_have_value("bronze")
    grid.page.keyboard.press("Control+z")
    expect(cell(grid, 1, 2)).to_have_value("other")
    cell(grid, 1, 1).focus()
    paste(grid, "Oslo\tsilver\nBern\tbronze\nWien\tiron\n")
    expect(cell(grid, 3, 2)).to_have_value("iron")
    assert thens(grid) == ["gold", "silver", "bronze", "iron"]


def test_rows_and_columns_are_changed_from_their_menus(grid):
    grid.page.get_by_label("Row 1", exact=True).click()
    grid.page.get_by_role("button", name="Double").first.click()
    expect(cell(grid, 2, 2)).to_have_value("other")
    assert thens(grid) == ["gold", "gold", "other"]
    if SHOTS:
        shots(grid)


def test_a_thousand_rows_are_paged_and_fast(grid):
    many = [{"when": [str(n), "-"], "then": ["gold"]} for n in range(1000)]
    grid.page.goto("about:blank")
    save_draft(
        grid.shop.workspace.pk,
        "labels",
        {**TABLE, "rows": many},
        revision=1,
        actor=factories.actor(),
        now=grid.shop.now,
    )
    grid.go("/tables/labels/?at=900")
    expect(cell(grid, 999, 0)).to_have_value("999")
    expect(grid.page.locator("input[name=row]")).to_have_count(100)


def shots(grid):
    for language, theme, width in (("en", "light", 1440), ("zh-hans", "dark", 1440), ("zh-hans", "light", 390)):
        grid.prefer(language=language, theme=theme)
        grid.resize(width)
        grid.go("/tables/labels/")
        grid.page.screenshot(path=str(Path(SHOTS) / f"table-{language}-{theme}-{width}.png"), full_page=True)


def test_the_grid_is_within_reach_of_everybody(grid):
    assert grid.violations() == []
    grid.resize(390)
    assert grid.overflow() == 0
