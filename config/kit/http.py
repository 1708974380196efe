"""The one client that calls addresses outside: only public ones, resolved once and connected to as resolved.

Operators write addresses, and senders' data ends up in them: without care a webhook is a hand inside our own network.
So a name is resolved once, every address that it has must be a public one, and the connection goes to that address and
no other. Only ports 80 and 443 are called, redirects are never followed, an answer must come soon and be small. A host
inside may be allowed by the setting `OUTBOUND_ALLOWED_HOSTS`.
"""

import http.client
import io
import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

SECONDS: Final = 5.0
"""In which a call must be over, from resolving the name to the last byte of the answer."""
MOST_BYTES: Final = 64 * 1024
"""Of an answer, its head included."""
LONGEST_URL: Final = 2_000
PORTS: Final = {"https": 443, "http": 80}
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
NOT_PUBLIC: Final = tuple(
    ipaddress.ip_network(text)
    for text in (
        # ranges of IPv6 that lead on to an IPv4 address, which may lie inside: NAT64, 6to4, Teredo, compatible ones
        *("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96"),
        # what the registry keeps for protocols, relays and examples
        *("192.0.0.0/24", "192.88.99.0/24", "5f00::/16", "3fff::/20"),
    )
)
"""Ranges that Python counts as global, in all of its versions or some."""


class Forbidden(Exception):
    """An address that is not called: its form, or where it leads. `reason` is a word, the text says it to people."""

    def __init__(self, reason: str, message: str, hint: str = "") -> None:
        self.reason, self.hint = reason, hint
        super().__init__(message)


class Unanswered(Exception):
    """A call that came to nothing: no name, no connection, no trust, no time, or too large an answer."""

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a call goes: the host as it was written, and the address to which it is pinned."""

    host: str
    port: int
    address: str
    tls: bool
    path: str

    @property
    def authority(self) -> str:
        """The host as the request names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS["https" if self.tls else "http"] else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the other side said; `body` is for programs, never for showing."""

    status: int
    body: bytes


def resolve(url: str, *, within: float = SECONDS) -> Target:
    """Return where a call to `url` goes; raises `Forbidden`, or `Unanswered` where the name leads nowhere."""
    parts, allowed = _read(url)
    host, port = str(parts.hostname), parts.port or PORTS[parts.scheme]
    addresses = _addresses(host, port, within=within)
    inside = [address for address in addresses if not is_public(address)]
    if inside and not allowed:
        message = f"{host} leads to an address inside a network, which is not called"
        raise Forbidden("address_inside", message, "use a public address, or have the host allowed by the setting")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(host=host, port=port, address=str(addresses[0]), tls=parts.scheme == "https", path=path)


def post(url: str, *, body: bytes, headers: Mapping[str, str], within: float = SECONDS) -> Answer:
    """Send `body` and return the answer, whatever its status; raises `Forbidden` or `Unanswered`."""
    deadline = time.monotonic() + within
    target = resolve(url, within=within)
    connection = _Pinned(target, deadline=deadline)
    try:
        connection.request("POST", target.path, body=body, headers={"Host": target.authority, **headers})
        response = connection.getresponse()
        return Answer(status=response.status, body=response.read(MOST_BYTES))
    except TimeoutError:
        raise Unanswered("timed_out", f"no answer within {within:g} s") from None
    except ssl.SSLError as fault:
        raise Unanswered("untrusted", f"the connection cannot be trusted: {fault.reason or 'TLS failed'}") from None
    except (OSError, http.client.HTTPException, ValueError) as fault:
        raise Unanswered("unreachable", f"the call failed: {type(fault).__name__}") from None
    finally:
        connection.close()


def is_public(address: _Address) -> bool:
    """Say whether an address lies in the public network, however it is written."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address.is_site_local:
            return False
    if any(address in network for network in NOT_PUBLIC if network.version == address.version):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _read(url: str) -> tuple[SplitResult, bool]:
    """Take an address apart; return it, and whether its host is allowed although it lies inside."""
    if len(url) > LONGEST_URL or not url.isascii() or any(character <= " " or character == "\x7f" for character in url):
        raise Forbidden("malformed", "the address is too long or holds characters that must be encoded")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Forbidden("malformed", "the address cannot be read", "write it like https://example.com/hook") from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise Forbidden("malformed", "the address is not one of the web", "write it like https://example.com/hook")
    if parts.username is not None or parts.password is not None:
        raise Forbidden(
            "credentials", "the address holds a user name or a password", "leave them out: calls are signed"
        )
    allowed = _is_allowed(parts.hostname, port or PORTS[parts.scheme])
    if not allowed and port not in (None, 80, 443):
        raise Forbidden("port", f"port {port} is not called", "use port 443")
    if not allowed and parts.scheme != "https":
        raise Forbidden("not_encrypted", "the address is not encrypted", "use https")
    return parts, allowed


def _is_allowed(host: str, port: int) -> bool:
    return not {host, f"{host}:{port}"}.isdisjoint(settings.OUTBOUND_ALLOWED_HOSTS)


def _addresses(host: str, port: int, *, within: float) -> list[_Address]:
    """Resolve a name in a thread of its own: the system's resolver knows no deadline."""
    found: queue.SimpleQueue[list[_Address] | OSError | UnicodeError | ValueError] = queue.SimpleQueue()
    threading.Thread(target=_look_up, args=(host, port, found.put), daemon=True).start()
    try:
        answer = found.get(timeout=within)
    except queue.Empty:
        raise Unanswered("unknown_host", f"the name {host} could not be looked up in time") from None
    if isinstance(answer, Exception) or not answer:
        raise Unanswered("unknown_host", f"there is no host {host}")
    return answer


def _look_up(host: str, port: int, put: Callable[[list[_Address] | OSError | UnicodeError | ValueError], None]) -> None:
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        put([ipaddress.ip_address(row[4][0]) for row in rows])
    except (OSError, UnicodeError, ValueError) as fault:
        put(fault)


class _Pinned(http.client.HTTPConnection):
    """A connection to the one address that was checked, ended by a deadline and a limit."""

    def __init__(self, target: Target, *, deadline: float) -> None:
        super().__init__(target.host, target.port)
        self._target, self._deadline = target, deadline

    def connect(self) -> None:
        family = socket.AF_INET6 if ":" in self._target.address else socket.AF_INET
        line = socket.socket(family, socket.SOCK_STREAM)
        try:
            line.settimeout(_left(self._deadline))
            line.connect((self._target.address, self._target.port))
            if self._target.tls:
                context = ssl.create_default_context()
                line = context.wrap_socket(line, server_hostname=self._target.host)
        except BaseException:
            line.close()
            raise
        self.sock = _Line(line, deadline=self._deadline)


class _Line:
    """What `http.client` needs of a socket; each wait ends at the deadline, however slowly bytes drip."""

    def __init__(self, line: socket.socket, *, deadline: float) -> None:
        self._line, self._deadline = line, deadline

    def sendall(self, data: bytes) -> None:
        self._line.settimeout(_left(self._deadline))
        self._line.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Incoming(self._line, deadline=self._deadline))

    def close(self) -> None:
        self._line.close()


class _Incoming(io.RawIOBase):
    """The bytes that come in, so many and no later."""

    def __init__(self, line: socket.socket, *, deadline: float) -> None:
        self._line, self._deadline, self._room = line, deadline, MOST_BYTES + 1

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        if self._room <= 0:
            return 0  # the rest is not wanted
        self._line.settimeout(_left(self._deadline))
        taken = self._line.recv_into(memoryview(buffer)[: self._room])
        self._room -= taken
        return taken


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
