"""What strangers store stands on every page as text: it neither runs nor breaks out of where it stands."""

from datetime import UTC, datetime
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from tests.console.hostile import MARK, TEXTS, spoil
from tests.console.shop import open_shop
from tests.console.test_pages import addresses

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


class Reader(HTMLParser):
    """Reads a page as a browser would and keeps what could run in it."""

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[str] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        harmless = tag != "script" or "src" in given or given.get("type") == "application/json"
        if not harmless or tag in ("object", "embed", "base") or any(name.startswith("on") for name in given):
            self.runs.append(self.get_starttag_text() or tag)
        for name in ("href", "src", "action", "hx-get", "hx-post"):
            address = given.get(name) or ""
            if urlsplit(address).scheme and not address.startswith("data:text/csv;"):
                self.runs.append(f"{name}={address}")


def read(html: str) -> list[str]:
    reader = Reader()
    reader.feed(html)
    return reader.runs


def test_the_reader_sees_what_would_run():
    assert read("<p><img src=x onerror='1'></p>") != []
    assert read("<p><script>1</script></p>") != []
    assert read("<a href='javascript:1'>x</a>") != []
    assert read("<p>&lt;script&gt;</p><script type='application/json'>{}</script>") == []


@pytest.mark.parametrize("kind", TEXTS)
def test_stored_text_stays_text_on_every_page(client, kind):
    shop = open_shop(datetime.now(UTC))
    spoil(shop, TEXTS[kind])
    client.force_login(shop.user)
    pages = [address for address in addresses(shop) if "_styleguide" not in address]
    wrong, showing = {}, 0
    for address in pages:
        answer = client.get(address)
        html = answer.content.decode()
        showing += MARK in html
        if answer.status_code != 200 or read(html):
            wrong[address] = (answer.status_code, read(html))
    assert wrong == {}
    assert showing > len(pages) / 2
