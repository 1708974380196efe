"""The e-mail channel: the address out of the traits, the MIME message, and a thread whose event loop does the SMTP."""

import asyncio
import os
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from django.conf import settings

from campaigns.delivery.channels.base import Addressed, AddressRefused, Parcel, Receipt
from campaigns.delivery.channels.email.address import needs_utf8, normal_address
from campaigns.delivery.channels.email.dialogue import Letter
from campaigns.delivery.channels.email.mime import Frames, build
from campaigns.delivery.channels.email.pool import Pool
from campaigns.delivery.channels.email.server import server_of


class EmailChannel:
    """Sends through the server of EMAIL_URL (read at the first send of a process)."""

    slug = "email"
    outward = True

    def __init__(self) -> None:
        self._frames = Frames()
        self._line: _Line | None = None
        os.register_at_fork(after_in_child=self._forget)

    def check_address(self, traits: Mapping[str, Any]) -> str:
        value = traits.get("email")
        if value is None:
            return ""
        if not isinstance(value, str):
            raise AddressRefused("the trait email is not a text")
        return normal_address(value)

    def compose(self, message: Addressed) -> Parcel:
        return Parcel(
            delivery_id=message.delivery_id,
            address=message.address,
            sender=message.sender,
            payload=build(message, self._frames),
        )

    def submit(self, window: Sequence[Parcel]) -> "Future[list[Receipt]]":
        letters = [
            Letter(parcel.sender, parcel.address, parcel.payload, needs_utf8(parcel.address)) for parcel in window
        ]
        if self._line is None:
            self._line = _Line()
        return self._line.send(letters)

    def _forget(self) -> None:
        """A forked child has neither the parent's thread nor may it use its connections."""
        self._line = None


class _Line:
    """A thread with an event loop of its own, so that sends go on while the caller talks to the database."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._pool = Pool(server_of(settings.EMAIL_URL))
        threading.Thread(target=self._loop.run_forever, name="smtp", daemon=True).start()

    def send(self, letters: Sequence[Letter]) -> "Future[list[Receipt]]":
        return asyncio.run_coroutine_threadsafe(self._send(letters), self._loop)

    async def _send(self, letters: Sequence[Letter]) -> list[Receipt]:
        return await self._pool.send(letters)
