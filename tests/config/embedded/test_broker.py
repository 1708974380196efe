"""The embedded broker keeps its messages over a kill, and its leftovers do not stop the next start."""

import socket
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.embedded.broker import Broker
from tests.installation import wait_until
from tests.throwaway import end


@pytest.fixture
def server() -> Iterator[Broker]:
    with tempfile.TemporaryDirectory(prefix="sb-mq-") as directory:
        Path(directory).chmod(0o711)
        yield Broker(directory=Path(directory) / "broker")


def started(server: Broker):
    child = server.start(log=server.directory.parent / "log")
    wait_until(server.ready, what="readiness")
    return child


def ask(server: Broker, words: str) -> bytes:
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(2)
        line.connect(str(server.socket))
        line.sendall(f"{words}\r\n".encode())
        return line.recv(1000)


def test_a_killed_broker_comes_back_with_its_messages(server):
    child = started(server)
    for number in range(50):
        ask(server, f"RPUSH queue {number}")
    wait_until(lambda: b"aof_pending_bio_fsync:0" in ask(server, "INFO persistence"), what="the write")
    child.kill()
    child.wait()
    child = started(server)
    assert ask(server, "LLEN queue") == b":50\r\n"
    end(child)


def test_only_its_owner_may_speak_to_it(server):
    child = started(server)
    assert stat.S_IMODE(server.socket.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700
    assert ask(server, "CONFIG GET port") == b"*2\r\n$4\r\nport\r\n$1\r\n0\r\n"
    end(child)
