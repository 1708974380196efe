"""The wire below an SMTP dialogue: connecting, securing, cutting what comes into answers."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import msgspec

from campaigns.delivery.channels.email.server import Server

LINES: Final = 100
"""Lines of one answer; more of them is no SMTP server."""
LINE: Final = 65_536


class Reply(msgspec.Struct, frozen=True):
    """A server's answer; the text holds one line per line."""

    code: int
    text: str

    @property
    def ok(self) -> bool:
        return 200 <= self.code < 400

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


class Broken(Exception):
    """The connection cannot be used (any more); `reason` is a short word, the text says more."""

    def __init__(self, reason: str, text: str = "") -> None:
        self.reason = reason
        super().__init__(text or reason)


class ReplyReader:
    """Cuts a stream of bytes into answers."""

    def __init__(self) -> None:
        self._buffer = b""
        self._lines: list[str] = []

    def feed(self, data: bytes) -> Iterator[Reply]:
        """Yield the answers that are complete now; raises ValueError for what is no answer."""
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        if len(self._buffer) > LINE or len(self._lines) > LINES:
            raise ValueError("an endless answer")
        for line in lines:
            text = line[4:].decode("utf-8", "replace").rstrip()
            if line[3:4] == b"-":
                self._lines.append(text)
                continue
            if self._lines:
                text, self._lines = "\n".join([*self._lines, text]), []
            yield Reply(code=int(line[:3]), text=text)


class Wire:
    """A connected socket to the server of `EMAIL_URL`, for the words that open a dialogue."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def connect(cls, server: Server) -> "Wire":
        """Connect, with TLS from the start if the server wants it."""
        context = ssl.create_default_context() if server.tls == "tls" else None
        reader, writer = await asyncio.open_connection(server.host, server.port, ssl=context)
        raw = writer.get_extra_info("socket")
        if raw is not None and raw.family in (socket.AF_INET, socket.AF_INET6):
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return cls(reader, writer)

    async def secure(self, host: str) -> None:
        """Go on in TLS."""
        await self._writer.start_tls(ssl.create_default_context(), server_hostname=host)

    async def ask(self, command: bytes, seconds: float) -> Reply:
        """Write a command (or none) and read the answer; raises Broken when none comes."""
        replies = ReplyReader()
        try:
            self._writer.write(command)
            async with asyncio.timeout(seconds):
                while True:
                    line = await self._reader.readuntil(b"\n")
                    for reply in replies.feed(line):
                        return reply
        except TimeoutError:
            raise Broken("timeout", f"no answer within {seconds:.0f} s") from None
        except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            raise Broken("connection_lost", f"{type(error).__name__}: {error}") from error

    def hand_over(self, protocol: asyncio.Protocol) -> asyncio.WriteTransport:
        """Let `protocol` have what comes from now on; return the transport that it writes to."""
        self._writer.transport.set_protocol(protocol)
        return self._writer.transport

    def close(self) -> None:
        """Drop the connection."""
        self._writer.close()


@lru_cache(maxsize=1)
def own_name() -> str:
    """Return what we call ourselves in EHLO."""
    name = socket.gethostname()
    return name if name.isascii() and name.replace("-", "").replace(".", "").isalnum() else "localhost"
