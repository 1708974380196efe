"""Keeps parts running: starts them in order, starts crashed ones again, stops all of them in the reverse order."""

import os
import select
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import Final, Protocol

FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 10.0
HEALTHY_AFTER: Final = 10.0
GIVE_UP_AFTER: Final = 5
STOPPING_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Child(Protocol):
    """A running process: `subprocess.Popen` and `forks.Fork` are."""

    pid: int

    def poll(self) -> int | None: ...

    def send_signal(self, number: int, /) -> None: ...


class Interrupted(Exception):
    """We were asked to stop."""


class NeverReady(Exception):
    """A part ended again and again before it was ready once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One process to keep. Lower ranks start first and stop last; `patience` None means: never killed, only asked."""

    name: str
    rank: int
    start: Callable[[], Child]
    ready: Callable[[], bool] = lambda: True
    farewell: signal.Signals = signal.SIGTERM
    patience: float | None = 20.0


@dataclass(slots=True)
class Running:
    """A part, its present process if it has one, and how its starts went."""

    part: Part
    child: Child | None = None
    started_at: float = 0.0
    failures: int = 0
    start_at: float = 0.0
    seen_ready: bool = field(default=False)

    def alive(self) -> bool:
        return self.child is not None and self.child.poll() is None


class Supervisor:
    """Lives in the main thread of one process and is the parent of everything it starts."""

    def __init__(self, *, say: Callable[[str], None]) -> None:
        self.say = say
        self.asked_to_stop = 0
        self._running: list[Running] = []
        self._wake, self._waker = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(self._waker, False)

    def listen(self) -> None:
        """Take the signals: an ended child or a wish to stop wakes us at once."""
        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        for number in STOPPING_SIGNALS:
            signal.signal(number, self._ask_to_stop)

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        self.asked_to_stop += 1

    def keep(self, part: Part) -> Running:
        """Start `part` and keep it running."""
        running = Running(part)
        self._running.append(running)
        self._start(running)
        return running

    def _start(self, running: Running) -> None:
        running.started_at = time.monotonic()
        running.child = running.part.start()

    def look(self) -> None:
        """Start again what has ended, with a growing pause between attempts that fail at once."""
        now = time.monotonic()
        for running in self._running:
            if running.child is not None and running.child.poll() is not None:
                self._note_end(running, now)
            if running.child is None and running.start_at <= now:
                self._start(running)

    def _note_end(self, running: Running, now: float) -> None:
        code = running.child.poll() if running.child else None
        running.failures = 0 if now - running.started_at > HEALTHY_AFTER else running.failures + 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**running.failures) if running.failures else 0.0
        running.child, running.start_at = None, now + pause
        self.say(f"{running.part.name} ended ({_ending(code)}); it starts again in {pause:.1f} s")

    def until(self, condition: Callable[[], bool], *, pause: float = 0.02) -> None:
        """Look after the parts until `condition` holds; raises `Interrupted` when we are asked to stop."""
        while not condition():
            self._refuse_if_asked()
            self.look()
            self.sleep(pause)
        self._refuse_if_asked()

    def until_ready(self, *parts: Running, tell: Callable[[Running], str | None] = lambda _running: None) -> None:
        """Wait without a deadline (a recovery may take long), unless a part fails over and over."""
        told = time.monotonic()
        for running in parts:
            while not (running.alive() and running.part.ready()):
                self._refuse_if_asked()
                if running.failures >= GIVE_UP_AFTER:
                    raise NeverReady(running.part.name)
                if time.monotonic() - told > 3 and (news := tell(running)):
                    told = time.monotonic()
                    self.say(news)
                self.look()
                self.sleep(0.02)

    def _refuse_if_asked(self) -> None:
        if self.asked_to_stop:
            raise Interrupted

    def run_once(self, start: Callable[[], Child]) -> int:
        """Run something to its end beside the parts and return its exit code."""
        child = start()
        try:
            self.until(lambda: child.poll() is not None)
        except Interrupted:
            child.send_signal(signal.SIGTERM)
            self._await_end([child], patience=5.0)
            raise
        return child.poll() or 0

    def sleep(self, seconds: float) -> None:
        """Wait for that long, or until a signal comes."""
        select.select([self._wake], [], [], seconds)
        try:
            os.read(self._wake, 1024)
        except BlockingIOError:
            return

    def stop(self) -> None:
        """Stop rank by rank, the last started first, and return when no process is left."""
        for rank in sorted({running.part.rank for running in self._running}, reverse=True):
            group = [running for running in self._running if running.part.rank == rank and running.alive()]
            for running in group:
                if running.child:
                    running.child.send_signal(running.part.farewell)
            for running in group:
                if running.child:
                    self._await_end([running.child], patience=running.part.patience)
        self._running.clear()

    def _await_end(self, children: list[Child], *, patience: float | None) -> None:
        """Wait for the ends; after `patience`, or a second Ctrl-C, kill what may be killed."""
        asked = self.asked_to_stop
        deadline = None if patience is None else time.monotonic() + patience
        while any(child.poll() is None for child in children):
            hurried = self.asked_to_stop > max(asked, 1)
            if deadline is not None and (hurried or time.monotonic() > deadline):
                for child in children:
                    child.send_signal(signal.SIGKILL)
                deadline = None
            self.sleep(0.02)


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"exit code {code}"
