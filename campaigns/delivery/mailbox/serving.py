"""Runs the mailbox until it is told to stop."""

import asyncio
import signal
from collections.abc import Callable

from campaigns.delivery.mailbox.protocol import Session
from campaigns.delivery.mailbox.storeroom import Storeroom


async def serve(host: str, port: int, *, ready: Callable[[str, int], None]) -> None:
    """Listen until SIGTERM or SIGINT; what was received by then is stored and answered."""
    room = Storeroom()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    server = await loop.create_server(lambda: Session(room), host, port)
    room.start()
    ready(*server.sockets[0].getsockname()[:2])
    try:
        await stop.wait()
    finally:
        server.close()
        await loop.run_in_executor(None, room.stop)
