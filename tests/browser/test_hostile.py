"""In a browser, too: what strangers store runs on no page and breaks none at the width of a phone."""

from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import Console
from tests.console.hostile import TEXTS, spoil
from tests.console.test_pages import addresses

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_no_stored_text_runs_or_widens_a_page_on_a_phone(console: Console):
    for text in TEXTS.values():
        spoil(console.shop, text)
    console.resize(390)
    console.log_in()
    wrong: dict[str, object] = {}
    for address in dict.fromkeys(addresses(console.shop)):
        if "_styleguide" in address:
            continue
        console.go(address)
        if console.page.evaluate("window.ran"):
            wrong[address] = "it ran"
        elif wide := console.overflow():
            wrong[address] = f"{wide} px too wide"
        assert urlsplit(console.page.url).path == urlsplit(address).path
    assert wrong == {}
    assert [said for said in console.errors if "sandboxed" not in said] == []  # a letter's own script is refused
