"""Where benchmarks run: a fresh database on a real server, a web server as the product starts it, and its clients."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg

from config.embedded.postgres import Postgres, State


@contextmanager
def database(*, kept: str = "") -> Iterator[str]:
    """Yield the address of an empty database of this run: on DATABASE_URL's server, else on one of its own.

    A `kept` one, which is known by its name, is made once on DATABASE_URL's server and stays.
    """
    if url := os.environ.get("DATABASE_URL"):
        yield from _kept_on(url, kept) if kept else _database_on(url)
        return
    if kept:
        raise SystemExit("to keep a database, name a server by DATABASE_URL: the bench's own goes with the bench")
    with tempfile.TemporaryDirectory(prefix="sb-bench-") as home:
        Path(home).chmod(0o711)
        server = Postgres(directory=Path(home) / "postgres")
        child = server.start(log=Path(home) / "postgres.log")
        while server.state() is not State.READY:
            time.sleep(0.05)
        try:
            yield from _database_on(server.url)
        finally:
            child.send_signal(signal.SIGINT)
            child.wait()


def _database_on(url: str) -> Iterator[str]:
    name = f"signalbox_bench_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f"create database {name}")
        try:
            yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        finally:
            admin.execute(f"drop database {name} with (force)")


def _kept_on(url: str, name: str) -> Iterator[str]:
    with psycopg.connect(url, autocommit=True) as admin:
        if not admin.execute("select from pg_database where datname = %s", [name]).fetchall():
            admin.execute(f"create database {name}")
    yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@dataclass(slots=True)
class Meter:
    """CPU seconds of some processes since the last look."""

    before: dict[int, float] = field(default_factory=dict)

    def spent(self, processes: Sequence[psutil.Process]) -> float:
        total = 0.0
        for process in processes:
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            now = times.user + times.system
            total += now - self.before.get(process.pid, 0.0)
            self.before[process.pid] = now
        return total


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """A running web server."""

    port: int
    process: psutil.Process

    def processes(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]


@contextmanager
def web(application: str, *, url: str, threads: int = 4, interface: str = "wsgi") -> Iterator[Web]:
    """Serve an application with Granian, one worker, as the product does."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "granian", application, "--interface", interface, "--port", str(port)),
        *("--workers", "1", "--blocking-threads", str(threads), "--backpressure", str(threads * 16), "--no-ws"),
        *("--log-level", "warning"),
    ]
    settings = {"DJANGO_SETTINGS_MODULE": "tests.bench.settings", "DATABASE_URL": url, "LOG_LEVEL": "ERROR"}
    child = subprocess.Popen(command, env={**os.environ, **settings})
    try:
        wait_for(port)
        yield Web(port=port, process=psutil.Process(child.pid))
    finally:
        child.terminate()
        child.wait(20)


def backends(url: str) -> list[psutil.Process]:
    """Return the server processes of the database's connections."""
    with psycopg.connect(url) as connection:
        pids = connection.execute(
            "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        ).fetchall()
    return [psutil.Process(pid) for (pid,) in pids if psutil.pid_exists(pid)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What the clients did: seconds, how many answers of which status, and the time of each request."""

    seconds: float
    statuses: dict[int, int]
    latencies: list[float]

    @property
    def rate(self) -> float:
        return sum(self.statuses.values()) / self.seconds


def send(port: int, requests: Sequence[bytes], *, connections: int = 8, pause: float = 0.0) -> Sent:
    """Send ready-made HTTP requests over keep-alive connections from a process of their own.

    `pause` is what each connection waits between its requests: without it they come as fast as answers do.
    """
    context = get_context("fork")
    reader, writer = context.Pipe(duplex=False)
    child = context.Process(target=_client, args=(port, requests, connections, pause, writer))
    child.start()
    sent: Sent = reader.recv()
    child.join()
    return sent


def _client(port, requests, connections, pause, writer):
    """Keep `connections` sockets busy by polling: one thread costs the machine least."""
    import selectors  # noqa: PLC0415

    poll, waiting, statuses, latencies = selectors.DefaultSelector(), list(reversed(requests)), {}, []
    idle: list[tuple[float, socket.socket]] = []
    start = perf_counter()

    def next_request(link):
        if waiting:
            link.sendall(waiting.pop())
            poll.modify(link, selectors.EVENT_READ, [perf_counter(), b""])

    for _ in range(min(connections, len(requests))):
        link = socket.create_connection(("127.0.0.1", port))
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        poll.register(link, selectors.EVENT_READ, [0.0, b""])
        next_request(link)
    while len(latencies) < len(requests):
        now = perf_counter()
        while idle and idle[0][0] <= now:
            next_request(idle.pop(0)[1])
        for key, _ in poll.select(max(0.0, idle[0][0] - now) if idle else None):
            since, before = key.data
            answer = before + key.fileobj.recv(65536)
            if not _whole(answer):
                key.data[1] = answer
                continue
            latencies.append(perf_counter() - since)
            status = int(answer[9:12])
            statuses[status] = statuses.get(status, 0) + 1
            if pause:
                idle.append((perf_counter() + pause, key.fileobj))
            else:
                next_request(key.fileobj)
    writer.send(Sent(seconds=perf_counter() - start, statuses=statuses, latencies=latencies))


def _whole(answer: bytes) -> bool:
    head, found, body = answer.partition(b"\r\n\r\n")
    if not found:
        return False
    length = next((line[15:] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b"0")
    return len(body) >= int(length)


def http_request(path: str, body: bytes, *, key: str = "") -> bytes:
    """Return a POST as it goes over the wire."""
    lines = [
        *(f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"),
        *([f"Authorization: Bearer {key}"] if key else []),
        *(f"Content-Length: {len(body)}", "", ""),
    ]
    return "\r\n".join(lines).encode() + body


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
