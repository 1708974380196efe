"""Mail addresses: what we write to, in the form that goes on the wire."""

import re
from typing import Final

from campaigns.delivery.channels.base import AddressRefused

LOCAL_LIMIT: Final = 64
ADDRESS_LIMIT: Final = 254
# unquoted local parts only; whatever could end a header, an angle bracket or an SMTP command stays out
_PLAIN: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")
_FORBIDDEN: Final = re.compile(r"[\x00-\x20\x7f-\xa0\s<>()\[\]\\,;:\"\ud800-\udfff]")
_HOST: Final = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*")


def normal_address(given: str) -> str:
    """Return the address as it is written to: trimmed, the domain in its ASCII form; raises AddressRefused."""
    address = given.strip()
    if not address:
        return ""
    if not _PLAIN.fullmatch(address):
        address = _international(address)
    local, _at, domain = address.rpartition("@")
    if len(address.encode()) > ADDRESS_LIMIT or len(local.encode()) > LOCAL_LIMIT:
        raise AddressRefused("the address is too long")
    if local.startswith(".") or local.endswith(".") or ".." in local or not _HOST.fullmatch(domain):
        raise AddressRefused("the address is not of the form name@domain")
    return f"{local}@{domain.lower()}"


def needs_utf8(address: str) -> bool:
    """Whether the address can only be written to through a server with SMTPUTF8 (RFC 6531)."""
    return not address.isascii()


def _international(address: str) -> str:
    local, at, domain = address.rpartition("@")
    if not at or not local or "@" in local or _FORBIDDEN.search(address):
        raise AddressRefused("the address is not of the form name@domain")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise AddressRefused("the domain of the address is not valid") from None
