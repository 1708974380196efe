"""A small SMTP server (RFC 5321) as an asyncio protocol, with PIPELINING, SIZE, 8BITMIME and SMTPUTF8.

What happens to a message is the receiver's business: the answer to the final dot waits for it, and so do the
commands that came behind the message.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

MAX_MESSAGE: Final = 10 * 1024 * 1024
MAX_LINE: Final = 4_096
MAX_RECIPIENTS: Final = 100
END: Final = b"\r\n.\r\n"
ABILITIES: Final = ("PIPELINING", f"SIZE {MAX_MESSAGE}", "8BITMIME", "SMTPUTF8")
_PATH: Final = re.compile(r"(?:FROM|TO):\s*<([^<>]*)>(.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A message as it came over the wire, the doubled dots undone."""

    sender: str
    recipients: tuple[str, ...]
    data: bytes


class Receiver(Protocol):
    """Who decides about recipients and takes messages."""

    def recipient(self, address: str) -> str:
        """Return the answer to RCPT."""

    async def message(self, envelope: Envelope) -> str | None:
        """Take a message and return the answer to its final dot; None hangs up without a word."""


class Session(asyncio.Protocol):
    """One client's connection."""

    def __init__(self, receiver: Receiver, *, name: str = "signalbox", abilities: Sequence[str] = ABILITIES) -> None:
        self._receiver = receiver
        self._name = name
        self._abilities = abilities
        self._buffer = bytearray()
        self._searched = 0
        self._sender: str | None = None
        self._recipients: list[str] = []
        self._reading_message = False
        self._too_large = False
        self._busy: asyncio.Task[None] | None = None
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._answer(f"220 {self._name} ESMTP")

    def connection_lost(self, exc: Exception | None) -> None:
        self._buffer.clear()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._advance()
        if self._busy and len(self._buffer) > MAX_MESSAGE:
            self._transport.pause_reading()

    def say_goodbye(self) -> None:
        """Hang up politely."""
        if not self._transport.is_closing():
            self._answer("421 closing down")
            self._transport.close()

    def _advance(self) -> None:
        """Do what is in the buffer, until a message is with the receiver or more bytes are needed."""
        while not self._busy and not self._transport.is_closing():
            if not (self._take_message() if self._reading_message else self._take_command()):
                return

    def _take_command(self) -> bool:
        end = self._buffer.find(b"\n", 0, MAX_LINE)
        if end < 0:
            if len(self._buffer) >= MAX_LINE:
                self._answer("500 line too long")
                self._transport.close()
            return False
        line = self._buffer[:end].decode("utf-8", "replace").rstrip("\r")
        del self._buffer[: end + 1]
        verb, _space, rest = line.partition(" ")
        command = COMMANDS.get(verb.upper())
        self._answer(command(self, rest) if command else "502 command not known")
        if verb.upper() == "QUIT":
            self._transport.close()
        return True

    def _take_message(self) -> bool:
        if self._buffer.startswith(b".\r\n"):
            end, size = 0, 3
        else:
            end, size = self._buffer.find(END, max(0, self._searched - len(END))), len(END)
        if end < 0:
            self._searched = len(self._buffer)
            if self._searched > MAX_MESSAGE:
                self._too_large = True
                del self._buffer[: -len(END)]
                self._searched = 0
            return False
        data = bytes(self._buffer[: end + 2 if end else 0]).replace(b"\r\n..", b"\r\n.").removeprefix(b".")
        del self._buffer[: end + size]
        self._end_message(data)
        return True

    def _end_message(self, data: bytes) -> None:
        envelope = Envelope(sender=self._sender or "", recipients=tuple(self._recipients), data=data)
        too_large, self._too_large, self._reading_message, self._searched = self._too_large, False, False, 0
        self._reset("")
        if too_large:
            self._answer(f"552 more than {MAX_MESSAGE} bytes")
            return
        self._busy = asyncio.get_running_loop().create_task(self._hand_over(envelope))

    async def _hand_over(self, envelope: Envelope) -> None:
        answer = await self._receiver.message(envelope)
        self._busy = None
        if answer is None:
            self._transport.abort()
            return
        self._answer(answer)
        self._transport.resume_reading()
        self._advance()

    def _answer(self, text: str) -> None:
        self._transport.write(text.encode() + b"\r\n")

    def _hello(self, rest: str) -> str:
        self._reset("")
        lines = [f"{self._name} greets you", *self._abilities]
        return "\r\n".join(f"250{'-' if n < len(lines) - 1 else ' '}{line}" for n, line in enumerate(lines))

    def _hello_old(self, rest: str) -> str:
        return self._reset(f"250 {self._name}")

    def _mail(self, rest: str) -> str:
        path = _PATH.match(rest)
        if self._sender is not None or not path:
            return "503 one sender at a time" if path else "501 MAIL FROM:<address>"
        size = re.search(r"\bSIZE=(\d{1,18})", path[2].upper())
        if size and int(size[1]) > MAX_MESSAGE:
            return f"552 more than {MAX_MESSAGE} bytes"
        self._sender = path[1]
        return "250 sender noted"

    def _rcpt(self, rest: str) -> str:
        path = _PATH.match(rest)
        if self._sender is None or not path or not path[1]:
            return "503 MAIL first" if path and path[1] else "501 RCPT TO:<address>"
        if len(self._recipients) >= MAX_RECIPIENTS:
            return "452 too many recipients"
        answer = self._receiver.recipient(path[1])
        if answer.startswith("2"):
            self._recipients.append(path[1])
        return answer

    def _data(self, rest: str) -> str:
        if not self._recipients:
            return "503 RCPT first"
        self._reading_message = True
        return "354 go ahead, end with a dot"

    def _reset(self, rest: str) -> str:
        self._sender, self._recipients = None, []
        return rest or "250 forgotten"


Command = Callable[[Session, str], str]
COMMANDS: Final[dict[str, Command]] = {
    "EHLO": Session._hello,  # noqa: SLF001 - the table is the class's own, below it because it names its methods
    "HELO": Session._hello_old,  # noqa: SLF001
    "MAIL": Session._mail,  # noqa: SLF001
    "RCPT": Session._rcpt,  # noqa: SLF001
    "DATA": Session._data,  # noqa: SLF001
    "RSET": lambda session, _rest: session._reset(""),  # noqa: SLF001
    "NOOP": lambda _session, _rest: "250 nothing done",
    "VRFY": lambda _session, _rest: "252 send and see",
    "QUIT": lambda _session, _rest: "221 good bye",
}
