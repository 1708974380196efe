"""A PostgreSQL and a broker of the test run's own, gone when it ends."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.embedded.broker import Broker
from config.embedded.postgres import Postgres, State

MARK = "SIGNALBOX_TEST_HOME"


def database_url() -> str:
    """Return the address of this run's own server, which `running_postgres` starts (workers inherit the place)."""
    if MARK not in os.environ:
        os.environ[MARK] = tempfile.mkdtemp(prefix="sb-test-")
        Path(os.environ[MARK]).chmod(0o711)
    return server().url


def server() -> Postgres:
    return Postgres(directory=Path(os.environ[MARK]) / "postgres", durable=False)


def is_meant() -> bool:
    """Whether the tests use the throw-away server rather than one that DATABASE_URL named."""
    return MARK in os.environ


@contextmanager
def running_postgres() -> Iterator[None]:
    home = Path(os.environ[MARK])
    child = server().start(log=home / "postgres.log")
    try:
        while server().state() is not State.READY:
            if child.poll() is not None:
                raise RuntimeError(f"PostgreSQL did not start:\n{(home / 'postgres.log').read_text()}")
            time.sleep(0.02)
        yield
    finally:
        end(child)
        shutil.rmtree(server().sockets, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def running_broker(directory: Path) -> Iterator[Broker]:
    broker = Broker(directory=directory)
    child = broker.start(log=directory / "broker.log")
    try:
        while not broker.ready():
            time.sleep(0.02)
        yield broker
    finally:
        end(child)


def end(child: subprocess.Popen[bytes]) -> None:
    child.send_signal(signal.SIGINT)
    child.wait(timeout=30)
