"""Asks the lists one after the other, as a member's browser does, and prints the times as JSON."""

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

from compliance.access.models import Member, User, Workspace  # noqa: E402
from tests.bench import console_loading, crowd_loading  # noqa: E402
from tests.bench.crowd import NOW, WORKSPACE, Size  # noqa: E402
from tests.bench.kit import median, quantile  # noqa: E402

ROUNDS = 15
ASKED = {
    "people-list": (
        "/people/",
        "/people/?q=u4711",
        "/people/?q=example",
        "/people/?q=99@ex",
        "/people/?sort=first_seen",
        "/people/?sort=person",
        "/people/?segment=segment-3",
        "/people/?known=yes&mail=yes&seen_from=2026-01-01",
    ),
    "segment-list": ("/segments/", "/segments/?q=hydj", "/segments/?sort=-changed"),
    "segment-members-list": ("/segments/segment-20/", "/segments/segment-20/?q=u4711"),
    "rule-list": ("/rules/", "/rules/?q=rule&sort=-changed"),
    "flow-list": ("/journeys/", "/journeys/?state=live"),
    "run-list": ("/runs/", "/runs/?sort=entered", "/runs/?state=waiting", "/runs/?flow=flow-3", "/runs/?q=u4711"),
    "message-list": (
        "/messages/",
        "/messages/?state=blocked",
        "/messages/?state=in_doubt",
        "/messages/?reason=no_consent&sort=asked",
        "/messages/?q=u4711",
    ),
    "mailbox-list": ("/mailbox/", "/mailbox/?q=thank"),
    "audit-list": ("/audit/", "/audit/?action=rule.", "/audit/?actor=Ada", "/audit/?action=nothing"),
    "parked-list": ("/parked/", "/parked/?open=yes"),
    "refused-list": ("/refused/", "/refused/?reason=missing", "/refused/?q=m-4711"),
}


def main() -> None:
    size = Size(people=int(sys.argv[1]), events=int(sys.argv[2]))
    call_command("migrate", verbosity=0)
    workspace = Workspace.objects.create(pk=WORKSPACE, key="bench", name="Bench", created_at=NOW)
    user = User.objects.create_user("ada", password=None)
    Member.objects.create(workspace=workspace, user=user, role=Member.Role.ADMIN)
    crowd_loading.load(os.environ["DATABASE_URL"], size)
    console_loading.load(os.environ["DATABASE_URL"])
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    print(json.dumps(list(_measured(client))))


def _measured(client: Client):
    for target, addresses in ASKED.items():
        for address in addresses:
            for kind, headers in (("page", {}), ("fragment", {"HX-Request": "true", "HX-Target": target})):
                row = (kind, address, *_times(client, address, headers))
                print(row, file=sys.stderr, flush=True)  # a long run shows how far it is
                yield row


def _times(client: Client, address: str, headers: dict[str, str]) -> tuple[float, float, float, float]:
    """Milliseconds: the clock's 95th percentile and median, our CPU's 95th percentile, PostgreSQL's CPU on average."""
    taken, own = [], []
    backend = psutil.Process(connection.connection.info.backend_pid) if connection.connection else None
    before = _cpu(backend)
    for number in range(ROUNDS + 2):
        begun, busy = perf_counter(), process_time()
        answer = client.get(address, headers=headers)
        assert answer.status_code == 200, (address, answer.status_code)
        if number >= 2:
            taken.append(1000 * (perf_counter() - begun))
            own.append(1000 * (process_time() - busy))
    theirs = 1000 * (_cpu(backend) - before) / (ROUNDS + 2)
    return quantile(taken, 0.95), median(taken), quantile(own, 0.95), theirs


def _cpu(process: psutil.Process | None) -> float:
    """The seconds that a server process on this machine has worked; nothing of one on another machine."""
    try:
        times = process.cpu_times() if process else None
    except psutil.Error:
        return 0.0
    return times.user + times.system if times else 0.0


if __name__ == "__main__":
    main()
