"""Shows how far the feed is: a bar on a terminal, a line now and then in a log."""

import sys
import time
from typing import Final, TextIO

WIDTH: Final = 32
REDRAW_SECONDS: Final = 0.1
LINE_SECONDS: Final = 5.0


class Progress:
    """One bar: `with Progress("history", total=100) as bar: bar.add(3)`. Safe to leave early."""

    def __init__(self, name: str, *, total: int, out: TextIO = sys.stdout) -> None:
        self.name, self.total, self.out = name, max(total, 1), out
        self.done, self.note = 0, ""
        self.started = time.monotonic()
        self._shown = 0.0
        self._every = REDRAW_SECONDS if out.isatty() else LINE_SECONDS

    def __enter__(self) -> "Progress":
        self._show()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._show()
        if self.out.isatty():
            self.out.write("\n")
        self.out.flush()

    def add(self, count: int, *, note: str = "") -> None:
        """Count `count` more, and say `note` behind the bar."""
        self.set(self.done + count, note=note)

    def set(self, done: int, *, note: str = "") -> None:
        """Say that `done` are done."""
        self.done, self.note = min(done, self.total), note or self.note
        if time.monotonic() - self._shown >= self._every:
            self._show()

    def _show(self) -> None:
        self._shown = time.monotonic()
        share = self.done / self.total
        bar = "█" * round(share * WIDTH) + "·" * (WIDTH - round(share * WIDTH))
        seconds = self._shown - self.started
        rate = f" {self.done / seconds:,.0f}/s" if seconds > 1 else ""
        text = f"  {self.name:<22} {bar} {self.done:>7,}/{self.total:,}{rate} {self.note}"
        self.out.write(f"\r\x1b[2K{text}" if self.out.isatty() else f"{text}\n")
        self.out.flush()
