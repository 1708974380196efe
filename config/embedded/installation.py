"""Which parts a whole installation has, and the order in which they come up."""

import fcntl
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from signal import SIGINT
from typing import Final

from django.conf import settings

from config.embedded import places, roles
from config.embedded.broker import Broker
from config.embedded.forks import Fork, fork
from config.embedded.postgres import Postgres, State
from config.embedded.supervisor import Part, Running, Supervisor
from config.kit import queues

SERVERS, RECEIVERS, WORKERS, DOORS = 1, 2, 3, 4
ALL_ROLES: Final = ("rules", "flows", "delivery", "webhooks", "maintenance", "jobs", "beat", "mailbox", "web")
LARGEST_LOG: Final = 20_000_000


def logs() -> Path:
    return settings.VAR / "log"


class Installation:
    """Everything that `manage.py serve` runs on this machine."""

    def __init__(self, supervisor: Supervisor, *, only: frozenset[str] = frozenset(ALL_ROLES)) -> None:
        self.supervisor = supervisor
        self.only = only - ({"mailbox"} if "EMAIL_URL" not in settings.EMBEDDED else set())

    def start(self) -> None:
        """Bring everything up; returns when the web server answers."""
        for path in logs().glob("*.log"):
            _cut(path)
        _take_own_temporary_directory()
        static = fork(roles.collect_static, log=logs() / "static.log") if "web" in self.only else None
        self._start_database()
        broker = self._start_broker()
        self._run("migrate", roles.migrate)
        if static is not None:
            self._finish("static", static)
        running = [self.supervisor.keep(part) for part in self._parts()]
        self.supervisor.until_ready(*broker, *running)

    def _start_database(self) -> None:
        if "DATABASE_URL" not in settings.EMBEDDED:
            return
        server = Postgres(directory=places.postgres())
        server.create()
        part = Part(
            name="postgres",
            rank=SERVERS,
            start=lambda: server.start(log=logs() / "postgres.log"),
            ready=lambda: server.state() is State.READY,
            farewell=SIGINT,
            patience=None,
        )
        self.supervisor.until_ready(self.supervisor.keep(part), tell=lambda _running: _progress(server.state()))

    def _start_broker(self) -> list[Running]:
        if "BROKER_URL" not in settings.EMBEDDED:
            return []
        server = Broker(directory=places.broker())
        part = Part(
            name="broker",
            rank=SERVERS,
            start=lambda: server.start(log=logs() / "broker.log"),
            ready=server.ready,
        )
        return [self.supervisor.keep(part)]

    def _parts(self) -> Iterator[Part]:
        processes = {
            queues.RULES: settings.RULES_WORKERS,
            queues.FLOWS: settings.FLOWS_WORKERS,
            queues.DELIVERY: settings.DELIVERY_WORKERS,
            queues.MAINTENANCE: settings.MAINTENANCE_WORKERS,
            queues.JOBS: settings.JOBS_WORKERS,
            queues.WEBHOOKS: settings.WEBHOOKS_WORKERS,
        }
        mailbox = _part("mailbox", RECEIVERS, partial(roles.command, "mailbox"), port=settings.MAILBOX_PORT)
        workers = [
            _part(f"{queue}-{number}", WORKERS, partial(roles.worker, queue))
            for queue, count in processes.items()
            for number in range(1, count + 1)
        ]
        web = _part("web", DOORS, roles.web, port=settings.PORT)
        parts = (mailbox, web, *workers, _part("beat", WORKERS, roles.beat))
        return (part for part in parts if part.name.partition("-")[0] in self.only)

    def _run(self, name: str, work: Callable[[], None]) -> None:
        self._finish(name, fork(work, log=logs() / f"{name}.log"))

    def _finish(self, name: str, child: Fork) -> None:
        if self.supervisor.run_once(lambda: child):
            raise places.Unusable(f"{name} failed; the reason:\n{tail(logs() / f'{name}.log')}")


def _part(name: str, rank: int, work: Callable[[], None], *, port: int = 0) -> Part:
    """One forked part; it is ready when its port answers, or at once."""
    ready = partial(answers, port) if port else lambda: True
    return Part(name=name, rank=rank, start=partial(fork, work, log=logs() / f"{name}.log"), ready=ready)


def _progress(state: State) -> str:
    if state is State.RECOVERING:
        return "PostgreSQL is recovering from its log after a crash; nothing is lost, please wait"
    return "waiting for PostgreSQL"


def answers(port: int) -> bool:
    """Whether something accepts connections on that port of this machine."""
    try:
        with socket.create_connection((settings.HOST, port), timeout=0.5):
            return True
    except OSError:
        return False


def refuse_busy_ports(only: frozenset[str]) -> None:
    """Say so before anything is started, if a port is taken."""
    ports = {"web": ("PORT", settings.PORT), "mailbox": ("MAILBOX_PORT", settings.MAILBOX_PORT)}
    for role, (name, port) in ports.items():
        if role in only and _taken(port):
            raise places.Unusable(
                f"Port {port} on {settings.HOST} is in use. Stop what uses it, or take another one: "
                f"make run {name}={port + 100}"
            )


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.HOST, port))
        except OSError:
            return True
    return False


@contextmanager
def alone() -> Iterator[None]:
    """Hold the lock of the embedded servers' data, so that nobody starts a second one on it."""
    if not settings.EMBEDDED & {"DATABASE_URL", "BROKER_URL"}:
        yield
        return
    home = places.home()
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise places.Unusable(
                f"Signalbox already runs on {home}. Stop it (Ctrl-C where it runs), or set SIGNALBOX_VAR to another "
                "directory and PORT to another port for a second one."
            ) from None
        yield


def tail(path: Path, *, lines: int = 15) -> str:
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


def _take_own_temporary_directory() -> None:
    """Killed workers leave the files of their shared memory behind: in our own directory, emptied at each start."""
    directory = settings.VAR / "tmp"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    tempfile.tempdir = str(directory)


def _cut(path: Path) -> None:
    """Keep a log from growing for ever: past its size it starts again, and one predecessor is kept."""
    if path.stat().st_size > LARGEST_LOG:
        path.replace(path.with_suffix(".log.1"))
