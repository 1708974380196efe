"""Pages speak one language: no English word of ours on a Chinese page, no Chinese one on an English page."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape

import pytest
from django.db import transaction

from tests.console.shop import Shop, open_shop
from tests.console.test_pages import addresses

pytestmark = pytest.mark.django_db
ASIDE = re.compile(r"<(script|style|svg|pre|code|option|datalist)\b.*?</\1>", re.DOTALL)
OTHER = re.compile(r"<(\w+)[^>]* lang=\"[\w-]+\".*?</\1>", re.DOTALL)
"""What a page says in another language on purpose, marked as such."""
TAG = re.compile(r"<[^>]+>")
HAN = re.compile(r"[\u3400-\u9fff]+")
DATA = ("丰收超市", "烘焙", "谢谢", "简体中文", "灯火集市", "送货上门", "旧订单")
"""Chinese that the shop's own data brings, and the name of the language itself."""


@pytest.fixture(scope="module")
def opened(django_db_setup, django_db_blocker) -> Iterator[Shop]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield open_shop(datetime.now(UTC))
        transaction.set_rollback(True)


@pytest.fixture
def shop(opened, db) -> Shop:
    return opened


def pages(shop: Shop) -> list[str]:
    """All pages but the style guide, which shows long texts of both languages on purpose."""
    return [address for address in addresses(shop) if "_styleguide" not in address]


def texts(html: str) -> str:
    body = html[html.index("<body") :]
    return unescape(TAG.sub("\n", OTHER.sub("\n", ASIDE.sub("\n", body))))


def test_english_pages_hold_no_chinese_but_that_of_data(shop, client):
    client.force_login(shop.user)
    found = {}
    for address in pages(shop):
        said = texts(client.get(address).content.decode())
        for word in DATA:
            said = said.replace(word, "")
        if words := set(HAN.findall(said)):
            found[address] = words
    assert found == {}


# What stands in English on Chinese pages because it is a name: of the product, keys, zones, addresses, the data.
PLAIN = re.compile(r"^[A-Z][a-z]+(?: [a-z]+){1,}[.:?]?$|^[A-Z][a-z]+ (?:the|a|of|to|in|is|you|your|not|and)\b.*$")
NAMES = (
    "Thank-you for a big basket",
    "Win back a household that has become rare",
    "Harvest Grocers",
    "Thank you",
    "Big basket",
)


def test_chinese_pages_hold_no_english_sentence_of_ours(shop, client):
    shop.user.language = "zh-hans"
    shop.user.save()
    client.force_login(shop.user)
    found = {}
    for address in pages(shop):
        lines = {line.strip() for line in texts(client.get(address).content.decode()).split("\n")}
        words = {line for line in lines if PLAIN.match(line) and not line.startswith(NAMES)}
        if words:
            found[address] = words
    assert found == {}
