"""The supervisor keeps parts running, in order, and leaves nothing behind."""

import os
import signal
import time
from collections.abc import Iterator

import pytest

from config.embedded.forks import Fork, fork
from config.embedded.supervisor import Interrupted, NeverReady, Part, Supervisor
from tests.installation import wait_until

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(said) -> Iterator[Supervisor]:
    supervisor = Supervisor(say=said.append)
    yield supervisor
    supervisor.stop()


def sleeper() -> Fork:
    return fork(lambda: time.sleep(60), log=None)


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_killed_part_is_started_again_at_once(supervisor, said):
    running = supervisor.keep(Part(name="web", rank=1, start=sleeper))
    first = running.child.pid
    os.kill(first, signal.SIGKILL)
    supervisor.until(lambda: running.child is not None and running.child.pid != first)
    assert said == ["web ended (SIGKILL); it starts again in 0.2 s"]


def test_a_part_that_fails_at_once_gets_growing_pauses(supervisor, said):
    running = supervisor.keep(Part(name="web", rank=1, start=lambda: fork(lambda: os._exit(3), log=None)))
    supervisor.until(lambda: running.failures >= 3)
    assert said[:3] == [f"web ended (exit code 3); it starts again in {pause} s" for pause in (0.2, 0.4, 0.8)]


def test_a_part_that_never_gets_ready_ends_the_start(supervisor, monkeypatch):
    monkeypatch.setattr("config.embedded.supervisor.FIRST_PAUSE", 0.001)
    part = Part(name="web", rank=1, start=lambda: fork(lambda: os._exit(3), log=None), ready=lambda: False)
    with pytest.raises(NeverReady, match="web"):
        supervisor.until_ready(supervisor.keep(part))


def test_the_last_rank_stops_first(supervisor, tmp_path):
    journal = tmp_path / "journal"

    def work(name: str) -> Fork:
        def until_asked() -> None:
            signal.signal(signal.SIGTERM, lambda *_: (journal.open("a").write(f"{name} "), os._exit(0)))
            (tmp_path / name).touch()
            time.sleep(60)

        return fork(until_asked, log=None)

    for rank, name in enumerate(("database", "worker", "web")):
        supervisor.keep(Part(name=name, rank=rank, start=lambda name=name: work(name)))
        wait_until((tmp_path / name).exists)
    supervisor.stop()
    assert journal.read_text() == "web worker database "


def test_a_deaf_part_is_killed_when_patience_ends(supervisor, tmp_path):
    def deaf() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        (tmp_path / "deaf").touch()
        time.sleep(60)

    running = supervisor.keep(Part(name="deaf", rank=1, start=lambda: fork(deaf, log=None), patience=0.3))
    wait_until((tmp_path / "deaf").exists)
    pid = running.child.pid
    supervisor.stop()
    assert gone(pid)


def test_a_wish_to_stop_ends_the_waiting(supervisor):
    supervisor.asked_to_stop = 1
    with pytest.raises(Interrupted):
        supervisor.until(lambda: False)


def test_something_run_once_gives_its_exit_code(supervisor):
    assert supervisor.run_once(lambda: fork(lambda: os._exit(7), log=None)) == 7
    assert supervisor.run_once(lambda: fork(lambda: None, log=None)) == 0


def test_an_error_in_a_fork_is_logged_and_ends_it(supervisor, tmp_path):
    assert supervisor.run_once(lambda: fork(lambda: 1 / 0, log=tmp_path / "log")) == 1
