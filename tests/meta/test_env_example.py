"""`.env.example` names every setting that the code reads, with the default that the code has."""

import os
import re
import subprocess
import sys

import pytest

from config.env import BASE

READ = re.compile(r"""env(?:\.\w+)?\(\s*"([A-Z_]+)"|environ(?:\.get\(|\[)"([A-Z_]+)\"""")
# Set by us or by the tools, not by people.
NOT_SETTINGS = {"DJANGO_SETTINGS_MODULE", "CELERY_SKIP_CHECKS"}


def settings_read() -> set[str]:
    files = subprocess.run(["git", "ls-files", "*.py"], cwd=BASE, capture_output=True, text=True, check=True)
    sources = [path for path in files.stdout.split() if not path.startswith(("tests/", ".ci/"))]
    found = {one or other for path in sources for one, other in READ.findall((BASE / path).read_text())}
    return found - NOT_SETTINGS


def settings_named() -> set[str]:
    return set(re.findall(r"^#?([A-Z_]+)=", (BASE / ".env.example").read_text(), re.MULTILINE))


def test_every_setting_that_is_read_is_named():
    assert settings_read() - settings_named() == set()


def test_no_setting_is_named_that_nobody_reads():
    assert settings_named() - settings_read() == set()


def test_the_example_as_it_stands_changes_nothing(monkeypatch):
    for name in settings_named():
        monkeypatch.delenv(name, raising=False)
    code = "import json; from django.conf import settings; print(json.dumps([settings.PORT, settings.ALLOWED_HOSTS]))"
    assert plain(code) == plain(code, **dict(given()))


def given() -> list[tuple[str, str]]:
    return re.findall(r"^([A-Z_]+)=(.*)$", (BASE / ".env.example").read_text(), re.MULTILINE)


def plain(code: str, **environment: str) -> str:
    base = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings", **environment}
    done = subprocess.run([sys.executable, "-c", code], cwd=BASE, env=base, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(done.stderr)
    return done.stdout
