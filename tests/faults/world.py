"""A running installation that thanks people for orders, the journal of what it acknowledged, questions to its rows."""

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg

from config.demo.wire import Api
from config.embedded import places
from tests.installation import Installed, installed

TEMPLATE = {
    "key": "receipt",
    "channel": "email",
    "locale": "en",
    "subject": "Order {{ event.order }}",
    "body": "Thank you, {{ person.first_name }}. {{ event.amount }} received.",
    "html": "<p>Thank you, {{ person.first_name }}. {{ event.amount }} received.</p>",
}
JOURNEY = {
    "key": "receipt",
    "name": "Receipt",
    "kind": "journey",
    "entry": {"on": "rule"},
    "first": "mail",
    "nodes": {
        "mail": {"do": "send", "channel": "email", "template": "receipt", "purpose": "transactional", "next": "done"},
        "done": {"do": "exit"},
    },
}
RULE = {
    "key": "paid",
    "name": "An order was paid",
    "on": ["order_paid"],
    "if": {"property": "amount", "is": "gt", "value": 10},
    "then": [{"start_flow": "receipt"}],
}


def external() -> dict[str, str]:
    """Return the settings that put the product on servers of somebody else's, from FAULTS_… variables."""
    names = ("DATABASE_URL", "BROKER_URL", "RULES_WORKERS", "FLOWS_WORKERS", "DELIVERY_WORKERS", "MAINTENANCE_WORKERS")
    return {name: os.environ[f"FAULTS_{name}"] for name in names if f"FAULTS_{name}" in os.environ}


@dataclass(slots=True, kw_only=True)
class World:
    """One installation under test."""

    here: Installed
    api: Api
    acknowledged: list[str] = field(default_factory=list)

    def define(self) -> None:
        for kind, definition in (("templates", TEMPLATE), ("journeys", JOURNEY), ("rules", RULE)):
            self.api.send("POST", f"/v1/{kind}", definition)
            if kind == "journeys":
                self.api.send("POST", f"/v1/journeys/{definition['key']}/publish")

    def feed(self, people: int, *, batch: int, pause: float) -> threading.Thread:
        """Send an order of each person, in the background; a batch counts when it is answered."""
        thread = threading.Thread(target=self._feed, args=(people, batch, pause), daemon=True)
        thread.start()
        return thread

    def _feed(self, people: int, batch: int, pause: float) -> None:
        for start in range(0, people, batch):
            numbers = range(start, min(start + batch, people))
            calls = [call for number in numbers for call in _calls(number)]
            for _ in range(2 if (start // batch) % 5 == 4 else 1):  # as a client does that did not get the answer
                receipt = self.api.batch(calls, sent_at=datetime.now(UTC).isoformat())
                assert not receipt["errors"], receipt
            self.acknowledged += [call["messageId"] for call in calls]
            time.sleep(pause)

    def waiting(self) -> dict[str, int]:
        return self.api.send("GET", "/v1/summary/waiting")

    def ask(self, statement: str, *values: Any) -> list[tuple]:
        with psycopg.connect(_conninfo(self.here), autocommit=True) as connection:
            return connection.execute(statement, values).fetchall()

    def count(self, statement: str, *values: Any) -> int:
        return int(self.ask(f"select count(*) {statement}", *values)[0][0])


def _calls(number: int) -> Iterator[dict[str, Any]]:
    now = datetime.now(UTC).isoformat()
    traits = {"email": f"p{number}@example.com", "first_name": f"Person {number}"}
    person = {"userId": f"p{number}", "timestamp": now}
    yield {"type": "identify", "messageId": f"i-{number}", "traits": traits, **person}
    order = {"order": f"A-{number}", "amount": 20 + number % 50}
    yield {"type": "track", "event": "order_paid", "messageId": f"o-{number}", "properties": order, **person}


def _conninfo(here: Installed) -> str:
    url = here.environment.get("DATABASE_URL") or places.database_url(here.var / "postgres")
    return url.replace("postgres://signalbox@/", "postgresql://signalbox@/")


@contextmanager
def running(**settings: str) -> Iterator[World]:
    """Start an installation with its definitions made."""
    with installed(**(external() | settings)) as here:
        here.serve()
        here.until_answering()
        keys = json.loads(here.manage("bootstrap", "--json"))
        world = World(here=here, api=Api(here.url, write_key=keys["write_key"], secret_key=keys["secret_key"]))
        world.define()
        yield world
