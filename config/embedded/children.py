"""Starts foreground children that die with their parent."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from config.embedded.places import Account

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(parent: int, *, by: signal.Signals) -> None:
    """Ask the kernel to send us `by` when the thread that forked us ends; called in the child.

    The signal follows the parent's *thread*: children are started from main threads only. Changing the user
    clears the wish, so this comes after it. The parent may have died before we asked; then we leave at once.
    """
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, int(by))
    if os.getppid() != parent:
        os._exit(1)


def start_program(
    command: Sequence[str | Path],
    *,
    account: Account,
    log: Path,
    environment: Mapping[str, str] | None = None,
    farewell: signal.Signals = signal.SIGINT,
) -> subprocess.Popen[bytes]:
    """Start a server in the foreground as `account`, its output appended to `log`.

    It gets a session of its own, so that Ctrl-C in the terminal reaches only us and the order of stopping is ours.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=dict(environment) if environment is not None else None,
            start_new_session=True,
            preexec_fn=_becoming(account, os.getpid(), farewell),  # noqa: PLW1509  started from the main thread only
        )


def run_program(command: Sequence[str | Path], *, account: Account, text: str = "") -> str:
    """Run a program to its end as `account` and return its output; a failure raises with what it said."""
    done = subprocess.run(
        [str(part) for part in command],
        input=text.encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd="/",
        preexec_fn=_becoming(account, os.getpid(), signal.SIGKILL),
        check=False,
    )
    output = done.stdout.decode(errors="replace")
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, [str(part) for part in command], output)
    return output


def _becoming(account: Account, parent: int, farewell: signal.Signals) -> Callable[[], None]:
    def become() -> None:
        if account.drop:
            os.setgroups([])
            os.setgid(account.gid)
            os.setuid(account.uid)
        os.umask(0o077)
        die_with_parent(parent, by=farewell)

    return become
