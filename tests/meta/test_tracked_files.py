"""What is committed names no machine, no package index and no secret."""

import re
import subprocess

import pytest

from config.env import BASE

# Written in pieces, so that this file does not trip over itself.
FORBIDDEN = {
    "a package index": re.compile(r"files\.python" + r"hosted\.org|pypi\." + r"org/simple|registry\.npm" + r"js\.org"),
    "an index setting": re.compile(r"--(?:extra-)?index" + r"-url\s|--find" + r"-links"),
    "a home directory": re.compile(r"(?<![\w.*])/(?:home|Users)/[a-z]\w+/|/ro" + r"ot/\."),
    "a workplace's path": re.compile(r"(?<![\w.])/(?:wo" + r"rk|o" + r"pt)/[a-z]"),
    "a private key": re.compile("BEGIN (?:RSA |EC |OPENSSH )?PRIV" + "ATE KEY"),
}
SKIPPED = (".csv", ".gz", ".png", ".svg", ".woff2", ".mo", ".zst", ".ico", ".jpg")


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=BASE, capture_output=True, text=True, check=True)
    return [path for path in listed.stdout.split("\0") if path and not path.endswith(SKIPPED)]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_tracked_file_names(what):
    found = []
    for path in tracked():
        text = (BASE / path).read_text(errors="replace") if (BASE / path).exists() else ""
        found += [f"{path}: {match.group()}" for match in FORBIDDEN[what].finditer(text)]
    assert not found


def test_the_lock_pins_and_hashes_everything():
    lock = (BASE / "requirements.lock").read_text()
    entries = re.findall(r"^([a-z0-9][\w.\-]*)==", lock, re.MULTILINE)
    assert len(entries) > 50
    assert entries == re.findall(r"^([a-z0-9][\w.\-]*)==[^\n]*\\\n +--hash=sha256:", lock, re.MULTILINE)


def test_no_env_file_is_committed():
    assert not [path for path in tracked() if path.rsplit("/", 1)[-1] == ".env"]
