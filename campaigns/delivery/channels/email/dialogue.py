"""Messages over one SMTP connection, one after the other, with PIPELINING (RFC 2920) where the server has it.

A protocol and no coroutine per answer: at thousands of messages a second, the tasks and timers of those would cost
more than everything else (`docs/adr/0014-smtp-client.md` has the figures).

What is known of a message when the connection breaks depends on one thing: whether its final dot was written. Before
that it was surely not taken; after it, and without an answer, it is in doubt.
"""

import asyncio
from collections.abc import Sequence
from enum import Enum, auto
from typing import Final

import msgspec

from campaigns.delivery.channels.base import Outcome, Receipt
from campaigns.delivery.channels.email.greeting import Abilities, open_wire
from campaigns.delivery.channels.email.server import Server
from campaigns.delivery.channels.email.wire import Reply, ReplyReader, Wire

ENVELOPE_SECONDS: Final = 15.0
FINAL_SECONDS: Final = 40.0
LATEST_START: Final = 25.0
"""No body is begun later than this after its window was handed over: the answer must come within the lease."""
LOG_IN_NEEDED: Final = frozenset({530, 534, 535, 538})
CONNECTION_LOST: Final = "connection_lost"


class Letter(msgspec.Struct, frozen=True):
    """A message for the wire: `data` has its dots doubled and ends with the final dot."""

    sender: str
    recipient: str
    data: bytes
    utf8: bool


class Awaited(Enum):
    """The answer that comes next."""

    NOTHING = auto()
    SENDER = auto()
    RECIPIENT = auto()
    DATA = auto()
    FINAL = auto()
    EMPTY_FINAL = auto()
    RESET = auto()


class Dialogue(asyncio.Protocol):
    """An open connection. `send` gives a receipt per letter; `usable` says whether more can be sent over it."""

    def __init__(self, abilities: Abilities) -> None:
        self.usable = True
        self._loop = asyncio.get_running_loop()
        self.used_at = self._loop.time()
        self._abilities = abilities
        self._pipelining = "PIPELINING" in abilities
        self._reader = ReplyReader()
        self._awaited = Awaited.NOTHING
        self._letters: Sequence[Letter] = ()
        self._receipts: list[Receipt] = []
        self._refusal: Receipt | None = None
        self._answers: asyncio.Future[list[Receipt]]
        self._deadline = self._started = 0.0
        self._watch: asyncio.TimerHandle | None = None
        self._transport: asyncio.WriteTransport
        self._wire: Wire

    @classmethod
    async def open(cls, server: Server) -> "Dialogue":
        """Connect and log in; raises Broken."""
        wire, abilities = await open_wire(server)
        dialogue = cls(abilities)
        dialogue._begin(wire)
        return dialogue

    def _begin(self, wire: Wire) -> None:
        self._transport = wire.hand_over(self)
        self._wire = wire  # a forgotten stream writer closes its socket

    def takes(self, letter: Letter) -> bool:
        """Whether the server can be asked to take this letter at all."""
        return not letter.utf8 or "SMTPUTF8" in self._abilities

    def send(self, letters: Sequence[Letter], *, started: float) -> "asyncio.Future[list[Receipt]]":
        """Send letters; return one receipt each. What was not begun when the connection broke is UNREACHABLE."""
        self._answers = self._loop.create_future()
        self._letters, self._receipts, self._refusal, self._started = letters, [], None, started
        if not self.usable:
            self._break("connection_lost", "the server had hung up")
            return self._answers
        self._announce(letters[0])
        self._await(Awaited.SENDER, ENVELOPE_SECONDS)
        return self._answers

    def close(self) -> None:
        """Drop the connection."""
        self.usable = False
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Take the server's answers one by one."""
        try:
            for reply in self._reader.feed(data):
                if self._awaited is not Awaited.NOTHING:
                    self._take(reply)
                elif reply.code == 421:
                    self.close()
        except ValueError as error:
            self._break("unexpected_answer", str(error))

    def connection_lost(self, exc: Exception | None) -> None:
        """Say what is known of the letters when the server hangs up."""
        self._break(CONNECTION_LOST, f"{type(exc).__name__}: {exc}" if exc else "the server hung up")

    def _take(self, reply: Reply) -> None:
        match self._awaited:
            case Awaited.SENDER:
                self._step(reply, "sender", Awaited.RECIPIENT)
            case Awaited.RECIPIENT:
                self._step(reply, "recipient", Awaited.DATA)
            case Awaited.DATA:
                self._take_data_answer(reply)
            case Awaited.EMPTY_FINAL:
                self._start_over()
            case Awaited.FINAL:
                good = 200 <= reply.code < 300
                answer = Receipt(outcome=Outcome.ACCEPTED, answer=str(reply)) if good else _refused(reply, "message")
                self._next(answer, announced=True)
            case Awaited.RESET:
                self._next(self._refusal or _refused(reply, "sender"), announced=True)
            case Awaited.NOTHING:
                pass

    def _step(self, reply: Reply, step: str, following: Awaited) -> None:
        """Go from MAIL to RCPT and from RCPT to DATA; with pipelining both answers come, whatever the first says."""
        if not reply.ok:
            self._refusal = self._refusal or _refused(reply, step)
            if reply.code == 421 or not self._pipelining:
                self._start_over()
                return
        self._await(following, ENVELOPE_SECONDS)
        if not self._pipelining:
            letter = self._letters[len(self._receipts)]
            self._transport.write(self._envelope(letter)[1 if following is Awaited.RECIPIENT else 2])

    def _take_data_answer(self, reply: Reply) -> None:
        if reply.code != 354:
            self._refusal = self._refusal or _refused(reply, "data")
            self._start_over()
        elif self._refusal is not None:
            # the server waits for a message without a recipient: give it an empty one
            self._transport.write(b".\r\n")
            self._await(Awaited.EMPTY_FINAL, FINAL_SECONDS)
        elif self._loop.time() - self._started > LATEST_START:
            self._break("too_slow", "the server was too slow to begin another message")
        else:
            self._transport.write(self._letters[len(self._receipts)].data + self._ahead())
            self._await(Awaited.FINAL, FINAL_SECONDS)

    def _start_over(self) -> None:
        """Forget a refused envelope; the refusal stands even if the connection breaks now."""
        refusal = self._refusal
        if refusal is not None and refusal.reason in ("server_closing", "log_in_needed"):
            self._next(refusal, announced=False)
            return
        self._transport.write(b"RSET\r\n" + self._ahead())
        self._await(Awaited.RESET, ENVELOPE_SECONDS)

    def _next(self, receipt: Receipt, *, announced: bool) -> None:
        """Note a letter's receipt and go on to the next, or give the answers."""
        self._receipts.append(receipt)
        self._refusal = None
        if receipt.reason in ("server_closing", "log_in_needed"):
            self._break(CONNECTION_LOST, receipt.answer)
        elif len(self._receipts) == len(self._letters):
            self._finish()
        else:
            self._await(Awaited.SENDER, ENVELOPE_SECONDS)
            if not self._pipelining:
                self._transport.write(self._envelope(self._letters[len(self._receipts)])[0])

    def _ahead(self) -> bytes:
        """Return the next letter's envelope, to travel with what ends the letter at hand."""
        number = len(self._receipts) + 1
        if not self._pipelining or number >= len(self._letters):
            return b""
        return b"".join(self._envelope(self._letters[number]))

    def _announce(self, letter: Letter) -> None:
        envelope = self._envelope(letter)
        self._transport.write(b"".join(envelope) if self._pipelining else envelope[0])

    def _break(self, reason: str, text: str) -> None:
        """Give up the connection; say of each letter without a receipt what is known of it."""
        awaited, self._awaited = self._awaited, Awaited.NOTHING
        self.close()
        if not self._letters:
            return
        unbegun = Receipt(outcome=Outcome.UNREACHABLE, reason=reason, answer=text)
        if len(self._receipts) < len(self._letters):
            doubtful = Receipt(outcome=Outcome.IN_DOUBT, reason="no_answer", answer=text)
            self._receipts.append(doubtful if awaited is Awaited.FINAL else self._refusal or unbegun)
        lost = Receipt(outcome=Outcome.UNREACHABLE, reason=CONNECTION_LOST, answer=text)
        self._receipts += [lost] * (len(self._letters) - len(self._receipts))
        self._finish()

    def _finish(self) -> None:
        self._awaited, self._letters = Awaited.NOTHING, ()
        self.used_at = self._loop.time()
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        if not self._answers.done():
            self._answers.set_result(self._receipts)

    def _await(self, awaited: Awaited, seconds: float) -> None:
        self._awaited = awaited
        self._deadline = self._loop.time() + seconds
        if self._watch is None or self._deadline < self._watch.when():
            self._set_watch()

    def _set_watch(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
        self._watch = self._loop.call_at(self._deadline, self._watch_out)

    def _watch_out(self) -> None:
        """See whether an answer is overdue; one timer serves a run of letters instead of one per answer."""
        self._watch = None
        if self._loop.time() >= self._deadline:
            self._break("timeout", "no answer within the time")
        else:
            self._set_watch()

    def _envelope(self, letter: Letter) -> tuple[bytes, bytes, bytes]:
        options = f" SIZE={len(letter.data)}" if "SIZE" in self._abilities else ""
        options += " SMTPUTF8" if letter.utf8 else ""
        mail = f"MAIL FROM:<{letter.sender}>{options}\r\n".encode()
        return mail, f"RCPT TO:<{letter.recipient}>\r\n".encode(), b"DATA\r\n"


def _refused(reply: Reply, step: str) -> Receipt:
    answer = str(reply)
    if reply.code == 421:
        return Receipt(outcome=Outcome.LATER, reason="server_closing", answer=answer)
    if reply.code in LOG_IN_NEEDED:
        # the installation's fault, not the message's
        return Receipt(outcome=Outcome.UNREACHABLE, reason="log_in_needed", answer=answer)
    if 400 <= reply.code < 500:
        return Receipt(outcome=Outcome.LATER, reason=f"{step}_later", answer=answer)
    return Receipt(outcome=Outcome.REFUSED, reason=f"{step}_refused", answer=answer)
