"""Signed links with which a recipient, without any log-in, ends a subscription or sees their preferences.

A token is: key id (1 byte), workspace (4), person (16), "channel:purpose" in UTF-8, HMAC-SHA-256 cut to 16 bytes.
It does not expire: laws ask that the way out works for months. It is signed with a key derived from SECRET_KEY;
SECRET_KEY_FALLBACKS keeps links of earlier keys alive.
"""

import base64
import binascii
import hashlib
import hmac
import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from uuid import UUID

from django.conf import settings

HEAD: Final = struct.Struct(">BI16s")
MAC_BYTES: Final = 16
LONGEST: Final = 160
URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")
LABEL: Final = b"signalbox.subscription-link.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What a link is about."""

    workspace_id: int
    person_id: UUID
    channel: str
    purpose: str


def links_for(workspace_id: int, person_id: UUID, purpose: str, *, channel: str = "email") -> dict[str, str]:
    """Return the links that a message to this person carries: `unsubscribe` and `preferences`."""
    token = _token(workspace_id, person_id, channel, purpose)
    base = settings.PUBLIC_URL.rstrip("/")
    return {"unsubscribe": f"{base}/unsubscribe/{token}", "preferences": f"{base}/subscription/{token}"}


def token_for(subscription: Subscription) -> str:
    """Return the signed form of a subscription, safe in an address."""
    return _token(subscription.workspace_id, subscription.person_id, subscription.channel, subscription.purpose)


def _token(workspace_id: int, person_id: UUID, channel: str, purpose: str) -> str:
    key_id, key = _key(settings.SECRET_KEY)
    body = HEAD.pack(key_id, workspace_id, person_id.bytes) + f"{channel}:{purpose}".encode()
    return _text(body + _mac(key, body))


def read_token(token: str) -> Subscription | None:
    """Return what a token is about; None if it was forged, cut or signed with a key that is gone."""
    if len(token) > LONGEST:
        return None
    try:
        signed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if _text(signed) != token:
        return None  # base64 has idle bits at the end: one subscription has one token
    body, mac = signed[:-MAC_BYTES], signed[-MAC_BYTES:]
    if len(body) <= HEAD.size or not _signed(body, mac):
        return None
    _key_id, workspace_id, person = HEAD.unpack_from(body)
    channel, _colon, purpose = body[HEAD.size :].decode().partition(":")
    return Subscription(workspace_id=workspace_id, person_id=UUID(bytes=person), channel=channel, purpose=purpose)


def _text(signed: bytes) -> str:
    return binascii.b2a_base64(signed, newline=False).translate(URL_SAFE).rstrip(b"=").decode()


def _signed(body: bytes, mac: bytes) -> bool:
    keys = map(_key, (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))
    return any(key_id == body[0] and hmac.compare_digest(_mac(key, body), mac) for key_id, key in keys)


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, "sha256")[:MAC_BYTES]


@lru_cache(maxsize=16)
def _key(secret: str) -> tuple[int, bytes]:
    """Derive the key and its id once per secret: every message carries links, and deriving costs more than signing."""
    key = hmac.digest(secret.encode(), LABEL, "sha256")
    return hashlib.sha256(key).digest()[0], key
