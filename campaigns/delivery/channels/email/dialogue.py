"""Messages over one SMTP connection, one after the other, with PIPELINING (RFC 2920) where the server has it.

What is known of a message when the connection breaks depends on one thing: whether its final dot was written. Before
that it was surely not taken; after it, and without an answer, it is in doubt.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from campaigns.delivery.channels.base import Outcome, Receipt
from campaigns.delivery.channels.email.greeting import Abilities, open_wire
from campaigns.delivery.channels.email.server import Server
from campaigns.delivery.channels.email.wire import Broken, Reply, Wire

ENVELOPE_SECONDS: Final = 15.0
FINAL_SECONDS: Final = 40.0
LATEST_START: Final = 25.0
"""No body is begun later than this after its window was handed over: the answer must come within the lease."""
STEPS: Final = ("sender", "recipient", "data")
LOG_IN_NEEDED: Final = frozenset({530, 534, 535, 538})
CONNECTION_LOST: Final = "connection_lost"


@dataclass(frozen=True, slots=True)
class Letter:
    """A message for the wire: `data` has its dots doubled and ends with the final dot."""

    sender: str
    recipient: str
    data: bytes
    utf8: bool


class Dialogue:
    """An open connection. `send` never raises; `usable` says whether more can be sent over it."""

    def __init__(self, wire: Wire, abilities: Abilities) -> None:
        self.usable = True
        self.used_at = asyncio.get_running_loop().time()
        self._wire = wire
        self._abilities = abilities
        self._pipelining = "PIPELINING" in abilities

    @classmethod
    async def open(cls, server: Server) -> "Dialogue":
        """Connect and log in; raises Broken."""
        return cls(*await open_wire(server))

    async def send(self, letters: Sequence[Letter], *, started: float) -> list[Receipt]:
        """Send letters; return one receipt each. What was not begun when the connection broke is UNREACHABLE."""
        loop = asyncio.get_running_loop()
        receipts: list[Receipt] = []
        try:
            self._announce(letters[0])
            for number, letter in enumerate(letters):
                following = letters[number + 1] if number + 1 < len(letters) else None
                late = loop.time() - started > LATEST_START
                receipts.append(await self._send(letter, following, late=late))
                if not self.usable:
                    break
        except Broken as broken:
            # the letter at hand had no final dot: after that, `_send` answers for itself
            self.close()
            receipts.append(Receipt(outcome=Outcome.UNREACHABLE, reason=broken.reason, answer=str(broken)))
        self.used_at = loop.time()
        lost = Receipt(outcome=Outcome.UNREACHABLE, reason=CONNECTION_LOST)
        return receipts + [lost] * (len(letters) - len(receipts))

    def close(self) -> None:
        """Drop the connection."""
        self.usable = False
        self._wire.close()

    async def _send(self, letter: Letter, following: Letter | None, *, late: bool) -> Receipt:
        refusal = await self._ask(letter)
        if refusal is not None:
            await self._start_over(following)
            return refusal
        if late:
            raise Broken("too_slow", "the server was too slow to begin another message")
        self._wire.write(letter.data)
        if following is not None:
            self._announce(following)
        return await self._final()

    def _announce(self, letter: Letter) -> None:
        """Write a whole envelope ahead: it travels with the final dot of the message before."""
        if self._pipelining:
            self._wire.write(b"".join(self._envelope(letter)))

    async def _ask(self, letter: Letter) -> Receipt | None:
        """Go through MAIL, RCPT and DATA; None when the server waits for the message."""
        refusal: Receipt | None = None
        for step, command in zip(STEPS, self._envelope(letter), strict=True):
            if not self._pipelining:
                self._wire.write(command)
            reply = await self._wire.read(ENVELOPE_SECONDS)
            if not reply.ok and refusal is None:
                refusal = self._refused(reply, step)
                if not self.usable or not self._pipelining:
                    return refusal
        if refusal is not None and reply.code == 354:
            # the server waits for a message without a recipient: give it an empty one
            self._wire.write(b".\r\n")
            await self._wire.read(FINAL_SECONDS)
        return refusal

    async def _start_over(self, following: Letter | None) -> None:
        """Forget a refused envelope; the refusal stands even if the connection breaks now."""
        if not self.usable:
            return
        try:
            self._wire.write(b"RSET\r\n")
            if following is not None:
                self._announce(following)
            await self._wire.read(ENVELOPE_SECONDS)
        except Broken:
            self.close()

    async def _final(self) -> Receipt:
        try:
            reply = await self._wire.read(FINAL_SECONDS)
        except Broken as broken:
            self.close()
            return Receipt(outcome=Outcome.IN_DOUBT, reason="no_answer", answer=str(broken))
        if reply.ok:
            return Receipt(outcome=Outcome.ACCEPTED, answer=str(reply))
        return self._refused(reply, "message")

    def _refused(self, reply: Reply, step: str) -> Receipt:
        if reply.code == 421:
            self.close()
            return Receipt(outcome=Outcome.LATER, reason="server_closing", answer=str(reply))
        if reply.code in LOG_IN_NEEDED:
            # the installation's fault, not the message's
            self.close()
            return Receipt(outcome=Outcome.UNREACHABLE, reason="log_in_needed", answer=str(reply))
        if 400 <= reply.code < 500:
            return Receipt(outcome=Outcome.LATER, reason=f"{step}_later", answer=str(reply))
        return Receipt(outcome=Outcome.REFUSED, reason=f"{step}_refused", answer=str(reply))

    def takes(self, letter: Letter) -> bool:
        """Whether the server can be asked to take this letter at all."""
        return not letter.utf8 or "SMTPUTF8" in self._abilities

    def _envelope(self, letter: Letter) -> tuple[bytes, bytes, bytes]:
        options = f" SIZE={len(letter.data)}" if "SIZE" in self._abilities else ""
        options += " SMTPUTF8" if letter.utf8 else ""
        mail = f"MAIL FROM:<{letter.sender}>{options}\r\n".encode()
        return mail, f"RCPT TO:<{letter.recipient}>\r\n".encode(), b"DATA\r\n"
