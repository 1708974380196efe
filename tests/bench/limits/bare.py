"""Ingest without a framework: a bare WSGI function with the same JSON library, the same rows and the same statement.

No key is looked up, no limit is checked, nothing is validated beyond JSON: what is left is what cannot be saved.
"""

import os
import uuid
from hashlib import blake2b

import django
import msgspec
from psycopg_pool import ConnectionPool

from config.kit.ids import derived, run_start

django.setup()  # only so that the statement can be imported; nothing of it is used
from audiences.intake.store import STORE  # noqa: E402

pool = ConnectionPool(os.environ["DATABASE_URL"], min_size=1, max_size=8, kwargs={"autocommit": True}, open=True)


class Item(msgspec.Struct):
    messageId: str  # noqa: N815
    userId: str  # noqa: N815
    event: str
    timestamp: str
    properties: msgspec.Raw


class Body(msgspec.Struct):
    batch: list[Item]


decoder = msgspec.json.Decoder(Body)
people: dict[str, uuid.UUID] = {}


def application(environ, start_response):
    items = decoder.decode(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))).batch
    ordered = sorted(((_person(item.userId), item) for item in items), key=lambda pair: pair[0].int % 16)
    start = run_start(len(items))
    rows, ends = [], {}
    for index, (person, item) in enumerate(ordered):
        ident = f"{start + index:032x}"
        ends.setdefault(person.int % 16, [ident, ident])[1] = ident
        rows.append(
            {
                "i": ident,
                "w": 999,
                "d": blake2b(item.messageId.encode(), digest_size=16).hexdigest(),
                "b": 0,
                "p": person.hex,
                "s": person.int % 16,
                "k": 1,
                "n": item.event,
                "t": item.timestamp,
                "u": item.userId,
                "r": item.properties,
            }
        )
    slices = [{"w": 999, "s": s, "f": f, "l": z} for s, (f, z) in ends.items()]
    with pool.connection() as connection:
        connection.execute(STORE, [msgspec.json.encode(rows).decode(), msgspec.json.encode(slices).decode()])
    start_response("202 Accepted", [("Content-Type", "application/json"), ("Content-Length", "2")])
    return [b"{}"]


def _person(user: str) -> uuid.UUID:
    if user not in people:
        people[user] = derived(1, "user", user)
    return people[user]
