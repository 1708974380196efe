"""Asks the console one request after the other, as a member's browser does, and prints the times as JSON.

`python -m tests.bench.console_measures PEOPLE EVENTS [--only part,part]` fills the database of DATABASE_URL if it is
empty and leaves it: the parts can be measured one by one, also after a change. `--prepare` fills it and asks nothing.
"""

import argparse
import json
import os
import sys
from time import perf_counter, process_time

import django
import psutil

django.setup()  # before the models below can be imported

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from audiences.segments import define  # noqa: E402
from compliance.access.models import Member, User, Workspace  # noqa: E402
from compliance.jobs import run_all  # noqa: E402
from config.kit import clock  # noqa: E402
from config.kit.actors import Actor, ActorKind  # noqa: E402
from tests.bench import console_loading, crowd_loading  # noqa: E402
from tests.bench.console import BUILT, MEMBER  # noqa: E402
from tests.bench.console_asked import WHERE, Asked, asked  # noqa: E402
from tests.bench.crowd import NOW, WORKSPACE, Size  # noqa: E402
from tests.bench.kit import median, quantile  # noqa: E402

ROUNDS = 15


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("people", type=int)
    parser.add_argument("events", type=int)
    parser.add_argument("--only", default="", help="parts with commas between; without it all")
    parser.add_argument("--prepare", action="store_true")
    given = parser.parse_args()
    user = _prepared(Size(people=given.people, events=given.events))
    if given.prepare:
        return
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    parts = asked(client)
    chosen = given.only.split(",") if given.only else list(parts)
    print(json.dumps([_measured(client, each) for name in chosen for each in parts[name]]))


def _prepared(size: Size) -> User:
    """Fill the database, once, and return the member who asks."""
    call_command("migrate", verbosity=0)
    if Workspace.objects.filter(pk=WORKSPACE).exists():
        return User.objects.get(username=MEMBER[0])
    workspace = Workspace.objects.create(pk=WORKSPACE, key="bench", name="Bench", created_at=NOW)
    user = User.objects.create_user(MEMBER[0], password=MEMBER[1])
    Member.objects.create(workspace=workspace, user=user, role=Member.Role.ADMIN)
    crowd_loading.load(os.environ["DATABASE_URL"], size)
    console_loading.load(os.environ["DATABASE_URL"])
    raw = {"key": BUILT, "name": "Built by the bench", "where": WHERE}
    define(WORKSPACE, raw, actor=Actor(kind=ActorKind.USER, id="1", name="Ada"), now=clock.now())
    run_all()
    return user


def _measured(client: Client, each: Asked) -> tuple[object, ...]:
    row = (each.kind, each.address, *_times(client, each))
    print(row, file=sys.stderr, flush=True)  # a long run shows how far it is
    return row


def _times(client: Client, each: Asked) -> tuple[float, float, float, float, float]:
    """Milliseconds: the clock's 95th percentile and median, our CPU's, PostgreSQL's on average; bytes of the answer."""
    taken, own = [], []
    backend = psutil.Process(connection.connection.info.backend_pid) if connection.connection else None
    before = _cpu(backend)
    for number in range(ROUNDS + 2):
        begun, busy = perf_counter(), process_time()
        answer = each.ask(client)
        assert answer.status_code == 200, (each.address, answer.status_code)
        if number >= 2:
            taken.append(1000 * (perf_counter() - begun))
            own.append(1000 * (process_time() - busy))
    theirs = 1000 * (_cpu(backend) - before) / (ROUNDS + 2)
    return quantile(taken, 0.95), median(taken), median(own), theirs, len(answer.content)


def _cpu(process: psutil.Process | None) -> float:
    """The seconds that a server process on this machine has worked; nothing of one on another machine."""
    try:
        times = process.cpu_times() if process else None
    except psutil.Error:
        return 0.0
    return times.user + times.system if times else 0.0


if __name__ == "__main__":
    main()
