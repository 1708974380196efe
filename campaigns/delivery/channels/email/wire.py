"""The wire below an SMTP dialogue: connecting, securing, writing commands, reading answers within a time."""

import asyncio
import socket
import ssl
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from campaigns.delivery.channels.email.server import Server

LINES: Final = 100
"""Lines of one answer; more of them is no SMTP server."""


@dataclass(frozen=True, slots=True)
class Reply:
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


class Wire:
    """A connected socket to the server of `EMAIL_URL`."""

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

    def write(self, data: bytes) -> None:
        """Queue bytes; `read` sees to it that they leave."""
        self._writer.write(data)

    async def read(self, seconds: float) -> Reply:
        """Read one answer; raises Broken when none comes in time or the connection is gone."""
        try:
            async with asyncio.timeout(seconds):
                await self._writer.drain()
                return await self._read_lines()
        except TimeoutError:
            raise Broken("timeout", f"no answer within {seconds:.0f} s") from None
        except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            raise Broken("connection_lost", f"{type(error).__name__}: {error}") from error

    def close(self) -> None:
        """Drop the connection."""
        self._writer.close()

    async def _read_lines(self) -> Reply:
        texts: list[str] = []
        for _ in range(LINES):
            line = await self._reader.readuntil(b"\n")
            texts.append(line[4:].decode("utf-8", "replace").rstrip())
            if line[3:4] != b"-":
                return Reply(int(line[:3]), "\n".join(texts))
        raise ValueError("an endless answer")


@lru_cache(maxsize=1)
def own_name() -> str:
    """Return what we call ourselves in EHLO."""
    name = socket.gethostname()
    return name if name.isascii() and name.replace("-", "").replace(".", "").isalnum() else "localhost"
