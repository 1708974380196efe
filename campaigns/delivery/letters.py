"""Reads a message as it came over the wire, for the eyes of those who look into the local mailbox."""

from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Final

SHOWN_HEADERS: Final = ("From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a message says: headers worth reading, its plain text and its HTML ("" where it has none)."""

    headers: tuple[tuple[str, str], ...]
    text: str
    html: str


def read_letter(raw: bytes) -> Letter:
    """Take a received message apart; broken parts are shown as far as they can be read."""
    message = message_from_bytes(raw, policy=default)
    headers = tuple((name, str(message[name])) for name in SHOWN_HEADERS if message[name])
    return Letter(headers=headers, text=_body(message, "plain"), html=_body(message, "html"))


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    if part is None:
        return ""
    payload = part.get_payload(decode=True)
    charset = part.get_content_charset("utf-8") or "utf-8"
    try:
        return payload.decode(charset, "replace") if isinstance(payload, bytes) else str(payload)
    except LookupError:  # a charset that nobody knows
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
