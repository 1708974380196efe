"""Up to ten SMTP connections that stay open, and how a window of letters is spread over them."""

import asyncio
from collections.abc import Sequence
from itertools import chain
from typing import Final

from campaigns.delivery.channels.base import Outcome, Receipt
from campaigns.delivery.channels.email.dialogue import CONNECTION_LOST, Dialogue, Letter
from campaigns.delivery.channels.email.server import Server
from campaigns.delivery.channels.email.wire import Broken

CONNECTIONS: Final = 10
IDLE_SECONDS: Final = 20.0
"""Servers hang up on silent clients after some minutes; a connection idle for longer is opened anew."""


class Pool:
    """The connections of one process to the server. All methods run on one event loop."""

    def __init__(self, server: Server, *, connections: int = CONNECTIONS) -> None:
        self._server = server
        self._connections = connections
        self._room = asyncio.Semaphore(connections)
        self._idle: list[Dialogue] = []

    async def send(self, letters: Sequence[Letter]) -> list[Receipt]:
        """Send a window; return one receipt per letter, in order."""
        started = asyncio.get_running_loop().time()
        # over all connections: a server that commits each message before it answers then commits ten at a time
        size = max(1, -(-len(letters) // self._connections))
        runs = [letters[start : start + size] for start in range(0, len(letters), size)]
        answers = await asyncio.gather(*(self._send_run(run, started) for run in runs))
        return list(chain.from_iterable(answers))

    async def close(self) -> None:
        """Drop all connections."""
        while self._idle:
            self._idle.pop().close()

    async def _send_run(self, run: Sequence[Letter], started: float) -> list[Receipt]:
        async with self._room:
            receipts = await self._attempt(run, started)
            again = [number for number, receipt in enumerate(receipts) if receipt.reason == CONNECTION_LOST]
            if again:
                # closed by the server while idle, most often: the letters were not begun, so another connection may
                for number, receipt in zip(again, await self._attempt([run[n] for n in again], started), strict=True):
                    receipts[number] = _second(receipt)
        return receipts

    async def _attempt(self, run: Sequence[Letter], started: float) -> list[Receipt]:
        try:
            dialogue = self._take_idle() or await Dialogue.open(self._server)
        except Broken as broken:
            reason = "unreachable" if broken.reason == CONNECTION_LOST else broken.reason
            return [Receipt(outcome=Outcome.UNREACHABLE, reason=reason, answer=str(broken))] * len(run)
        receipts = await _send_takeable(dialogue, run, started)
        if dialogue.usable:
            self._idle.append(dialogue)
        return receipts

    def _take_idle(self) -> Dialogue | None:
        oldest = asyncio.get_running_loop().time() - IDLE_SECONDS
        while self._idle:
            dialogue = self._idle.pop()
            if dialogue.used_at > oldest:
                return dialogue
            dialogue.close()
        return None


async def _send_takeable(dialogue: Dialogue, run: Sequence[Letter], started: float) -> list[Receipt]:
    """Send what the server can take; an address outside ASCII needs SMTPUTF8."""
    takeable = [letter for letter in run if dialogue.takes(letter)]
    answers = iter(await dialogue.send(takeable, started=started) if takeable else [])
    refused = Receipt(
        outcome=Outcome.REFUSED, reason="smtputf8_unsupported", answer="the server takes no addresses outside ASCII"
    )
    return [next(answers) if dialogue.takes(letter) else refused for letter in run]


def _second(receipt: Receipt) -> Receipt:
    """A connection that breaks on the second try, too, may break because of the letter: count it as a try."""
    if receipt.reason != CONNECTION_LOST:
        return receipt
    return Receipt(outcome=Outcome.LATER, reason=CONNECTION_LOST, answer=receipt.answer)
