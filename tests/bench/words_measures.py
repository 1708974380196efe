"""Absorbs people with the triggers that keep their words and without, in turns, and prints the CPU seconds as JSON."""

import json
import sys
from datetime import UTC, datetime
from time import process_time

import django
import psutil

django.setup()  # before the models below can be imported

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from audiences.intake.models import EventKind  # noqa: E402
from audiences.people.models import Person  # noqa: E402
from tests.audiences.events import drain, put, row  # noqa: E402
from tests.factories import workspace  # noqa: E402

BATCH = 500


def main() -> None:
    people, rounds = int(sys.argv[1]), int(sys.argv[2])
    call_command("migrate", verbosity=0)
    found = {load: {"with": [], "without": []} for load in ("new people", "known people")}
    for turn in range(rounds + 1):
        for name in ("with", "without") if turn % 2 else ("without", "with"):
            for load, figure in _turn(people, words=name == "with"):
                if turn:  # the first round only warms
                    found[load][name].append(figure)
    print(json.dumps(found))


def _turn(people: int, *, words: bool):
    """Let people come in, then let each do something, in a workspace of their own."""
    brand, now = workspace().pk, datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute(f"alter table audiences_person {'enable' if words else 'disable'} trigger user")
    identify = {"kind": EventKind.IDENTIFY, "name": "identify"}
    traits = [
        {"email": f"u{n}@example.com", "first_name": "Mia", "last_name": f"Name{n}", "phone": f"+86 138 {n:08d}"}
        for n in range(people)
    ]
    rows = [row(brand, user=f"u{n}", at=now, properties=each, **identify) for n, each in enumerate(traits)]
    yield "new people", {"cpu": _absorbed(rows, now), "people": Person.objects.filter(workspace_id=brand).count()}
    rows = [row(brand, user=f"u{n}", at=now, properties={"amount": n}) for n in range(people)]
    yield "known people", {"cpu": _absorbed(rows, now), "people": Person.objects.filter(workspace_id=brand).count()}


def _absorbed(rows, now: datetime) -> float:
    """Store the events, and return how many seconds of CPU absorbing them took, ours and PostgreSQL's."""
    for at in range(0, len(rows), BATCH):
        put(*rows[at : at + BATCH], at=now)
    backend = psutil.Process(connection.connection.info.backend_pid)
    before, theirs = process_time(), sum(backend.cpu_times()[:2])
    drain(now=now)
    return process_time() - before + sum(backend.cpu_times()[:2]) - theirs


if __name__ == "__main__":
    main()
