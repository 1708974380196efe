"""Turns a forked copy of this process into one part of the product.

Everything is imported once, in the parent; the copies share those pages of memory and start in no time.
"""

import logging
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from config.embedded.children import die_with_parent

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Fork:
    """A forked child, with the two verbs that the supervisor needs of a `Popen`."""

    pid: int
    _code: int | None = field(default=None)

    def poll(self) -> int | None:
        """Return the exit code (negative: the signal), or None while it runs."""
        if self._code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._code = os.waitstatus_to_exitcode(status)
        return self._code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


def fork(work: Callable[[], None], *, log: Path | None) -> Fork:
    """Run `work` in a copy of this process; its output goes to `log`, or stays where ours goes."""
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return Fork(pid)
    code = 1
    try:
        _settle_in(parent, log)
        work()
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:
        logger.exception("this part ended with an error")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _settle_in(parent: int, log: Path | None) -> None:
    """Leave the terminal's group (Ctrl-C is for the supervisor alone) and the supervisor's signals behind."""
    os.setsid()
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    die_with_parent(parent, by=signal.SIGKILL)
    if log is not None:
        log.parent.mkdir(parents=True, exist_ok=True)
        target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(target, 1)
        os.dup2(target, 2)
        os.close(target)
