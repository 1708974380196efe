"""Starts a process that compares, watches over it, and starts the next one where it crashed or hung."""

import argparse
import json
import os
import random
import selectors
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.bench.place import database

SILENCE = 120
"""After so many seconds without a word a round counts as hanging."""


@dataclass(slots=True)
class Totals:
    """What was compared, and what went wrong."""

    compared: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    rounds: int = 0

    def add(self, told: dict[str, Any]) -> None:
        self.rounds += 1
        self.compared.update(told["compared"])
        if told.get("difference"):
            self.note(told["seed"], told["difference"])

    def note(self, seed: int, what: str) -> None:
        self.wrong.append(f"seed {seed}: {what}")
        print(self.wrong[-1], flush=True)

    def text(self, seconds: float) -> str:
        """Return the totals in a line or two."""
        done = ", ".join(f"{count:,} {what}" for what, count in sorted(self.compared.items()))
        return f"{self.rounds:,} rounds in {seconds:,.0f} s: {done}; {len(self.wrong)} differences, crashes and hangs"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=None, help="where to begin; drawn if left out, and always printed")
    parser.add_argument("--only", type=int, help="repeat the round of one seed")
    asked = parser.parse_args()
    seed = asked.only if asked.only is not None else asked.seed
    first = random.SystemRandom().randrange(10**9) if seed is None else seed
    print(f"beginning with seed {first}", flush=True)
    totals, start = Totals(), time.monotonic()
    until = start if asked.only is not None else start + asked.minutes * 60
    with database() as url:
        _run(url, first, until, totals)
    print(totals.text(time.monotonic() - start))
    return 1 if totals.wrong else 0


def _run(url: str, first: int, until: float, totals: Totals) -> None:
    """Let workers compare until the time is over; at least one round."""
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "DATABASE_POOL": "0",
        "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
    }
    seed = first
    while seed == first or time.monotonic() < until:
        command = [sys.executable, "-m", "tests.fuzz.worker", str(seed)]
        worker = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)
        try:
            seed = _listen(worker, seed, until, totals)
        finally:
            worker.kill()
            worker.wait()


def _listen(worker: "subprocess.Popen[str]", seed: int, until: float, totals: Totals) -> int:
    """Add up what a worker tells, round by round; return the seed after the last one it began."""
    assert worker.stdout is not None
    assert worker.stdin is not None
    watch = selectors.DefaultSelector()
    watch.register(worker.stdout, selectors.EVENT_READ)
    while True:
        if not watch.select(timeout=SILENCE):
            totals.note(seed, f"nothing for {SILENCE} s")
            return seed + 1
        line = worker.stdout.readline()
        if not line:
            totals.note(seed, f"the process ended with {worker.wait()}")
            return seed + 1
        totals.add(json.loads(line))
        seed += 1
        if time.monotonic() >= until:
            return seed
        worker.stdin.write("on\n")
        worker.stdin.flush()


if __name__ == "__main__":
    sys.exit(main())
