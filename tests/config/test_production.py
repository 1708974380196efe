"""Production refuses what is only good enough for a developer's machine."""

import os
import secrets
import subprocess
import sys

import pytest

from config.env import BASE, DEVELOPMENT_SECRET

SHOW = (
    "from django.conf import settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT)"
)


def load(**environment: str) -> subprocess.CompletedProcess[str]:
    base = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings"}
    return subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=BASE,
        env=base | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("secret", [None, "", DEVELOPMENT_SECRET, "short"])
def test_it_refuses_to_start_without_a_secret_of_its_own(secret):
    given = {} if secret is None else {"SECRET_KEY": secret}
    done = load(SIGNALBOX_ENV="production", **given)
    assert done.returncode != 0
    assert "SECRET_KEY: missing, the development default, or under 50 characters" in done.stderr


def test_with_a_secret_it_starts_and_everything_is_https_only():
    done = load(SIGNALBOX_ENV="production", SECRET_KEY=secrets.token_urlsafe(64))
    assert (done.returncode, done.stdout.split()) == (0, ["True", "True", "True"])


def test_anything_but_development_counts_as_production():
    assert load(SIGNALBOX_ENV="staging").returncode != 0


def test_development_needs_no_settings_at_all():
    assert load().returncode == 0
