"""Keeps received messages before their sender gets a “250”; what arrives together is committed together."""

import asyncio
import logging
import re
import threading
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from queue import Empty, SimpleQueue
from typing import Final

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from campaigns.delivery.mailbox.protocol import Envelope
from config.kit import clock

log = logging.getLogger(__name__)
TOGETHER: Final = 200
STORED: Final = "250 kept"
LATER: Final = "451 cannot keep it now, try again"
COPY: Final = """
copy campaigns_mailboxmessage (received_at, sender, recipients, message_id, subject, raw) from stdin (format binary)
"""
TYPES: Final = ("timestamptz", "varchar", "jsonb", "varchar", "varchar", "bytea")
_HEADER_END: Final = re.compile(rb"\r?\n\r?\n")
_MESSAGE_ID: Final = re.compile(rb"^message-id:[ \t]*(?:\r?\n[ \t]+)?(\S+)", re.IGNORECASE | re.MULTILINE)
_SUBJECT: Final = re.compile(rb"^subject:[ \t]*((?:[^\r\n]|\r?\n[ \t])*)", re.IGNORECASE | re.MULTILINE)
_FOLD: Final = re.compile(r"\r?\n[ \t]")


@dataclass(frozen=True, slots=True)
class _Waiting:
    envelope: Envelope
    at: datetime
    answer: "asyncio.Future[str]"


class Storeroom:
    """Takes messages from the event loop and stores them on a thread of its own; every recipient is welcome."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="mailbox store")

    def start(self) -> None:
        """Begin to store."""
        self._thread.start()

    def stop(self) -> None:
        """Store what waits, then end; who comes later is asked to try again."""
        self._closed = True
        self._queue.put(None)
        self._thread.join()

    def recipient(self, address: str) -> str:
        return "250 welcome"

    async def message(self, envelope: Envelope) -> str | None:
        if self._closed:
            return LATER
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._queue.put(_Waiting(envelope, clock.now(), answer))
        return await answer

    def _work(self) -> None:
        going = True
        while going:
            batch = [self._queue.get()]
            try:
                while len(batch) < TOGETHER:
                    batch.append(self._queue.get_nowait())
            except Empty:
                pass
            going = None not in batch
            self._keep([waiting for waiting in batch if waiting])
        connection.close()

    def _keep(self, batch: list[_Waiting]) -> None:
        if not batch:
            return
        try:
            store([(waiting.envelope, waiting.at) for waiting in batch])
            answer = STORED
        except Exception:  # whatever it is, nothing was stored: the sender keeps the message and tries again
            log.exception("the mailbox cannot store %d messages", len(batch))
            connection.close()
            answer = LATER
        batch[0].answer.get_loop().call_soon_threadsafe(_answer, batch, answer)


def store(received: "list[tuple[Envelope, datetime]]") -> None:
    """Store messages in one statement and commit; the binary form spares the escaping of whole messages."""
    with transaction.atomic(), connection.cursor() as cursor, cursor.copy(COPY) as copy:
        copy.set_types(TYPES)
        for envelope, at in received:
            message_id, subject = _head(envelope.data)
            recipients = Jsonb([_text(recipient, 320) for recipient in envelope.recipients])
            copy.write_row((at, _text(envelope.sender, 320), recipients, message_id, subject, envelope.data))


def _answer(batch: list[_Waiting], answer: str) -> None:
    for waiting in batch:
        if not waiting.answer.done():
            waiting.answer.set_result(answer)


def _head(data: bytes) -> tuple[str, str]:
    """Return Message-ID and subject; a full parse would cost more than the storing."""
    end = _HEADER_END.search(data)
    head = data[: end.start()] if end else data
    message_id, subject = _MESSAGE_ID.search(head), _SUBJECT.search(head)
    return (
        _text(message_id[1].decode("utf-8", "replace") if message_id else "", 300),
        _text(_decoded(subject[1].decode("utf-8", "replace")) if subject else "", 1000),
    )


def _decoded(subject: str) -> str:
    if "=?" not in subject:
        return _FOLD.sub(" ", subject)
    try:
        return str(make_header(decode_header(subject)))
    except (HeaderParseError, LookupError, ValueError):
        return subject


def _text(text: str, limit: int) -> str:
    return text.replace("\x00", "").strip()[:limit]
