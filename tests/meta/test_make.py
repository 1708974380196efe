"""`make` sets up once, says what it lacks, and installs from the lock alone."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config.env import BASE


def make(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "PYTHON"))}
    return subprocess.run(
        ["make", *arguments], cwd=directory, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout in a path with a space; `pip install` notes its arguments instead of installing."""
    directory = tmp_path / "a clone"
    directory.mkdir()
    for name in ("Makefile", "requirements.lock"):
        shutil.copy(BASE / name, directory)
    python = directory / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(
        f'#!/bin/sh\n[ "$1" = -c ] && exec "{sys.executable}" "$@"\necho "$@" >> "{directory}/installs"\n'
    )
    python.chmod(0o755)
    return directory


def installs(checkout: Path) -> list[str]:
    notes = checkout / "installs"
    return notes.read_text().splitlines() if notes.exists() else []


def test_a_second_setup_repeats_nothing(checkout):
    first, second = (make(checkout, "setup", f"PYTHON={sys.executable}") for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0)
    assert len(installs(checkout)) == 1
    assert "--require-hashes -r requirements.lock" in installs(checkout)[0]


def test_a_changed_lock_installs_anew(checkout):
    make(checkout, "setup", f"PYTHON={sys.executable}")
    stamp = (checkout / ".venv" / ".complete").stat().st_mtime
    os.utime(checkout / "requirements.lock", (stamp + 5, stamp + 5))
    make(checkout, "setup", f"PYTHON={sys.executable}")
    assert len(installs(checkout)) == 2


def test_a_python_that_does_not_fit_is_named(checkout):
    other = checkout / "python3.13"
    other.write_text("#!/bin/sh\nexit 1\n")
    other.chmod(0o755)
    done = make(checkout, "setup", f"PYTHON={other}")
    assert done.returncode != 0
    assert "Signalbox needs Python 3.11 or 3.12" in done.stderr
    assert installs(checkout) == []


def test_no_target_needs_an_index_address():
    assert "index" not in (BASE / "Makefile").read_text().replace("--no-emit-index-url", "")
