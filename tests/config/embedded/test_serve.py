"""`manage.py serve`: up in seconds, alone on its data, and gone without a trace."""

import os
import signal
import socket
from collections.abc import Iterator

import psutil
import pytest

from tests.installation import Installed, installed, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("installations")]


@pytest.fixture(scope="module")
def running() -> Iterator[Installed]:
    with installed() as here:
        here.serve()
        here.until_answering()
        yield here


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [process for process in processes if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]


def test_ctrl_c_leaves_no_process_and_no_damage():
    with installed() as here:
        here.serve()
        here.until_answering()
        processes = here.processes()
        assert len(processes) > 8
        assert here.stop() == 0
        assert alive(processes) == []
        assert "database system is shut down" in here.log("postgres")
        here.serve()
        here.until_answering()
        assert "recovery" not in here.log("postgres")


def test_a_killed_supervisor_takes_everything_with_it():
    with installed() as here:
        here.serve()
        here.until_answering()
        processes = here.processes()
        here.process.send_signal(signal.SIGKILL)
        here.process.wait()
        wait_until(lambda: alive(processes) == [], timeout=10, what="the end of all processes")
        here.serve()
        here.until_answering()


def test_a_second_one_on_the_same_data_is_refused(running):
    with pytest.raises(RuntimeError, match="already runs"):
        running.manage("serve")


def test_a_busy_port_is_named_with_the_way_out():
    with installed() as here, socket.socket() as taken:
        taken.bind(("127.0.0.1", here.port))
        taken.listen()
        with pytest.raises(RuntimeError, match=rf"Port {here.port} .* make run PORT={here.port + 100}"):
            here.manage("serve")


@pytest.mark.parametrize(("part", "limit"), [("web", 3), ("broker", 5), ("postgres", 10), ("mailbox", 5)])
def test_a_killed_part_is_back_in_time(running, part, limit):
    old = running.part(part).pid
    os.kill(old, signal.SIGKILL)
    back = wait_until(lambda: (new := running.find(part)) and new.pid != old, what=f"a new {part}")
    assert back + running.until_answering(timeout=30) < limit


def test_a_killed_worker_is_back_in_time(running):
    old = running.part("rules-1").pid
    os.kill(old, signal.SIGKILL)
    back = wait_until(lambda: (new := running.find("rules-1")) and new.pid != old, what="the new worker")
    ready = wait_until(lambda: b"ready" in running.log("rules-1").encode(), what="its readiness")
    assert back + ready < 15
