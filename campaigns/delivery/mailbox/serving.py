"""Runs the mailbox until it is told to stop."""

import asyncio
import signal
from collections.abc import Callable
from typing import Final
from weakref import WeakSet

from campaigns.delivery.mailbox.protocol import Session
from campaigns.delivery.mailbox.storeroom import Storeroom

LAST_ANSWERS: Final = 0.1
"""Seconds for the answers to what was stored last to leave."""


async def serve(host: str, port: int, *, ready: Callable[[str, int], None]) -> None:
    """Listen until SIGTERM or SIGINT; what was received by then is stored and answered."""
    room = Storeroom()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    sessions: WeakSet[Session] = WeakSet()

    def session() -> Session:
        made = Session(room)
        sessions.add(made)
        return made

    server = await loop.create_server(session, host, port)
    room.start()
    ready(*server.sockets[0].getsockname()[:2])
    try:
        await stop.wait()
    finally:
        server.close()
        await loop.run_in_executor(None, room.stop)
        await asyncio.sleep(LAST_ANSWERS)
        for made in sessions:
            made.say_goodbye()
        await asyncio.sleep(LAST_ANSWERS)
