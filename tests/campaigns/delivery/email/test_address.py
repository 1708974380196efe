"""Which addresses are written to, and in which form."""

import pytest

from campaigns.delivery.channels.base import AddressRefused
from campaigns.delivery.channels.email.address import normal_address
from campaigns.delivery.channels.email.channel import EmailChannel


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("a@example.com", "a@example.com"),
        ("  A.b+c@Example.COM ", "A.b+c@example.com"),
        ("a@münchen.example", "a@xn--mnchen-3ya.example"),
        ("安妮@例子.example", "安妮@xn--fsqu00a.example"),
        ("root@localhost", "root@localhost"),
        ("", ""),
        (" ", ""),
    ],
)
def test_good_addresses_get_one_form(given, normal):
    assert normal_address(given) == normal


@pytest.mark.parametrize(
    "given",
    [
        "a",
        "@example.com",
        "a@",
        "a b@example.com",
        "a@b@example.com",
        "<a@example.com>",
        "a@example.com\r\nRCPT TO:<x@example.com>",
        "a@example.com>",
        "a,b@example.com",
        "a@-example.com",
        "a..b@example.com",
        ".a@example.com",
        '"a b"@example.com',
        "x" * 65 + "@example.com",
        "a@" + "x." * 130 + "com",
        "a@exa mple.com",
        "a@exa\u2028mple.com",
        "a@" + "é" * 80 + ".com",
        "a\x00@example.com",
    ],
)
def test_bad_addresses_are_refused_clearly(given):
    with pytest.raises(AddressRefused):
        normal_address(given)


@pytest.mark.parametrize("value", [7, ["a@example.com"], {"a": 1}, True])
def test_a_trait_that_is_no_text_is_refused(value):
    with pytest.raises(AddressRefused):
        EmailChannel().check_address({"email": value})
