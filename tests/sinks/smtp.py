"""An SMTP server for tests that does as it is told: accept, refuse, say later, hang up, be slow, forget to answer."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from campaigns.delivery.mailbox.protocol import Envelope, Session

HANG_UP = None
Answer = str | None


class Sink:
    """Keeps what it accepts in `received` and each connection's open in `connections`."""

    def __init__(
        self,
        *,
        message: Callable[[Envelope], Answer] = lambda _envelope: "250 ok",
        recipient: Callable[[str], str] = lambda _address: "250 ok",
        abilities: Sequence[str] | None = None,
        delay: float = 0.0,
    ) -> None:
        self.received: list[Envelope] = []
        self.sessions: list[Session] = []
        self.port = 0
        self._message = message
        self._recipient = recipient
        self._abilities = abilities
        self._delay = delay
        self._loop = asyncio.new_event_loop()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def recipient(self, address: str) -> str:
        return self._recipient(address)

    async def message(self, envelope: Envelope) -> Answer:
        """Keep the message, then answer: HANG_UP is the server that accepts and drops the connection."""
        if self._delay:
            await asyncio.sleep(self._delay)
        answer = self._message(envelope)
        if answer is HANG_UP or answer.startswith("2"):
            self.received.append(envelope)
        return answer

    def hang_up(self) -> None:
        """Drop every connection, as servers do with idle ones."""

        asyncio.run_coroutine_threadsafe(self._drop(), self._loop).result(5)

    async def _drop(self) -> None:
        for session in self.sessions:
            session._transport.abort()
            if session._busy:
                session._busy.cancel()
        await asyncio.sleep(0)

    @contextmanager
    def listening(self) -> Iterator["Sink"]:
        thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        thread.start()
        server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(5)
        try:
            yield self
        finally:
            self._loop.call_soon_threadsafe(server.close)
            self.hang_up()
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join(5)
            self._loop.close()

    async def _listen(self) -> asyncio.Server:
        server = await asyncio.get_running_loop().create_server(self._session, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    def _session(self) -> Session:
        session = Session(self, abilities=self._abilities) if self._abilities is not None else Session(self)
        self.sessions.append(session)
        return session
