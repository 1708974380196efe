"""Makes files and imports for tests."""

from datetime import timedelta

from audiences.imports import verbs
from compliance import jobs
from config.kit import clock
from tests import factories
from tests.factories import NOON

START = NOON - timedelta(days=90)
HEADER = "user_id,email,amount,vip,ts,tags,note"


def stored(workspace, data, *, name="orders.csv"):
    data = data if isinstance(data, bytes) else data.encode()
    return jobs.store([data], workspace_id=workspace.pk, name=name, content_type="text/csv", now=NOON)


def made(workspace, data, *, name="orders.csv", reading=None, **plan):
    """Upload `data` and, unless no plan is given, say what its columns mean."""
    found = verbs.create(stored(workspace, data, name=name), actor=factories.actor(), now=NOON)
    if reading:
        verbs.set_reading(found, reading)
    if plan:
        verbs.set_plan(found, {**found.mapping, **plan})
    return found


def run(found, *, at=NOON):
    """Start the import, run it to its end and return its job."""
    job = verbs.start_run(found, actor=factories.actor(), now=at)
    with clock.at(at):
        jobs.run_all()
    job.refresh_from_db()
    return job


ORDERS = {
    "what": "events",
    "event": "order",
    "columns": [
        {"column": "user_id", "to": "user_id"},
        {"column": "email", "to": "email"},
        {"column": "amount", "to": "field", "name": "amount", "type": "number"},
        {"column": "vip", "to": "field", "name": "vip", "type": "boolean"},
        {"column": "ts", "to": "time"},
        {"column": "tags", "to": "field", "name": "tags", "type": "list"},
        {"column": "note", "to": "field", "name": "note"},
    ],
}


def row(number, **other):
    cells = {
        "user_id": f"u{number}",
        "email": f"u{number}@example.com",
        "amount": "12.5",
        "vip": "yes",
        "ts": f"{START + timedelta(seconds=number):%Y-%m-%d %H:%M:%S}",
        "tags": "a;b",
        "note": "thanks",
        **other,
    }
    return ",".join(cells.values())


def lines(count, *, odd=None):
    """Return a file of `count` orders; `odd` gives other text for some lines, by their number in the file."""
    odd = odd or {}
    return "\n".join([HEADER, *(odd.get(n, row(n)) for n in range(2, count + 2))]) + "\n"
