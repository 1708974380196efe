"""A whole installation of the product in a directory of its own, for tests that start, kill and stop it."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from config.env import BASE


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], object], *, timeout: float = 30, what: str = "it") -> float:
    """Wait for `condition` and return how long that took."""
    started = time.monotonic()
    while not condition():
        if time.monotonic() - started > timeout:
            raise TimeoutError(f"{what} did not happen within {timeout} s")
        time.sleep(0.02)
    return time.monotonic() - started


@dataclass(slots=True, kw_only=True)
class Installed:
    """One installation; `environment` is what its commands see."""

    var: Path
    port: int
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def serve(self, *arguments: str) -> None:
        command = [sys.executable, "manage.py", "serve", *arguments]
        with (self.var / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=BASE, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )

    def until_answering(self, *, timeout: float = 60) -> float:
        return wait_until(self.answers, timeout=timeout, what=f"an answer (said: {self.said()[-1500:]})")

    def answers(self) -> bool:
        if self.process is not None and self.process.poll() is not None:
            raise RuntimeError(f"serve ended with {self.process.returncode}:\n{self.said()}")
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def said(self) -> str:
        return (self.var / "serve.log").read_text()

    def log(self, part: str) -> str:
        return (self.var / "log" / f"{part}.log").read_text(errors="replace")

    def manage(self, *arguments: str, timeout: float = 120) -> str:
        """Run a management command and return its output."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=BASE, env=self.environment, capture_output=True, text=True, timeout=timeout, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{arguments} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def processes(self) -> list[psutil.Process]:
        """Return every process of the installation, the supervisor first."""
        if self.process is None or self.process.poll() is not None:
            return []
        with contextlib.suppress(psutil.NoSuchProcess):
            supervisor = psutil.Process(self.process.pid)
            return [supervisor, *supervisor.children(recursive=True)]
        return []

    def parts(self, name: str) -> list[psutil.Process]:
        """Return the processes of a part ("web", "rules-1", "rules" for all of them), found by the log they write."""
        logs = {str(path) for path in (self.var / "log").glob(f"{name}*.log")}
        found = []
        for child in self.processes()[1:]:
            with contextlib.suppress(OSError, psutil.NoSuchProcess):
                if str(Path(f"/proc/{child.pid}/fd/2").readlink()) in logs and child.ppid() == self.process.pid:
                    found.append(child)
        return found

    def find(self, name: str) -> psutil.Process | None:
        return next(iter(self.parts(name)), None)

    def part(self, name: str) -> psutil.Process:
        if (found := self.find(name)) is None:
            raise LookupError(f"no process of {name}")
        return found

    def stop(self) -> int:
        """Press Ctrl-C and wait for the end."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=60)


@contextmanager
def installed(**settings: str) -> Iterator[Installed]:
    """Prepare an installation in a fresh directory; whatever is left of it at the end is removed."""
    var = Path(tempfile.mkdtemp(prefix="sb-inst-"))
    var.chmod(0o711)
    port = free_port()
    plain = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "PYTHONPATH"}}
    own = {"SIGNALBOX_VAR": str(var), "PORT": str(port), "MAILBOX_PORT": str(free_port())}
    installation = Installed(var=var, port=port, environment={**plain, **own, **settings})
    try:
        yield installation
    finally:
        left = installation.processes()
        with contextlib.suppress(subprocess.TimeoutExpired):
            installation.stop()
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        shutil.rmtree(var, ignore_errors=True)
