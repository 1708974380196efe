"""Messages to compose and letters to send."""

from typing import Any
from uuid import UUID

from campaigns.delivery.channels.base import Addressed
from campaigns.delivery.channels.email.dialogue import Letter
from content.rendering.program import Rendered
from tests.factories import NOON

ID = UUID("6a1f2c52-9f0e-5a52-8d0f-3b1c5d0e7a11")


def addressed(*, subject: str = "Hello", body: str | None = "Hi\n", html: str | None = None, **given: Any) -> Addressed:
    fields: dict[str, Any] = {
        "delivery_id": ID,
        "workspace_id": 1,
        "template_version_id": 1,
        "address": "anni@example.com",
        "sender": "hello@brand.example",
        "sender_name": "Lantern Market 灯火",
        "content": Rendered(subject=subject, body=body, html=html),
        "unsubscribe_url": "https://brand.example/unsubscribe/abc",
        "at": NOON,
        **given,
    }
    return Addressed(**fields)


def letter(number: int = 0, *, recipient: str = "") -> Letter:
    data = b"Subject: %d\r\n\r\n..dot\r\n.\r\n" % number
    return Letter("hello@brand.example", recipient or f"u{number}@example.com", data, utf8=False)
