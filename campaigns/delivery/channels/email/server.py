"""Which server takes the mail: EMAIL_URL in its parts."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

PORTS: Final = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


class BadServerUrl(ValueError):
    """EMAIL_URL cannot be understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """An SMTP server. `tls` is "" (clear text), "starttls" (demanded after the greeting) or "tls" (from the start)."""

    host: str
    port: int
    tls: str = ""
    user: str = ""
    password: str = ""


def server_of(url: str) -> Server:
    """Read smtp://, smtp+tls:// or smtps://user:password@host:port; raises BadServerUrl without the password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadServerUrl("EMAIL_URL: the port is not a number") from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise BadServerUrl("EMAIL_URL is smtp://host:port, smtp+tls://… (STARTTLS) or smtps://… (TLS from the start)")
    return Server(
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        tls={"smtp": "", "smtp+tls": "starttls", "smtps": "tls"}[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )
