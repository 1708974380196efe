"""Reads the settings that come from the environment or from `.env`, and refuses unsafe ones."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from environ.environ import Env

BASE = Path(__file__).resolve().parent.parent
env = Env()
Env.read_env(BASE / ".env", overwrite=False)

DEVELOPMENT_SECRET = "development-only-secret-that-production-refuses"


def debug_or_development() -> bool:
    """Whether this is a development installation (`SIGNALBOX_ENV`, default `development`)."""
    return str(env.str("SIGNALBOX_ENV", "development")) == "development"


def secret_key() -> str:
    """Return `SECRET_KEY`; outside development a missing, default or short one stops the start."""
    key = str(env.str("SECRET_KEY", DEVELOPMENT_SECRET))
    if debug_or_development():
        return key
    if key == DEVELOPMENT_SECRET or len(key) < 50:
        raise ImproperlyConfigured(
            "SECRET_KEY: missing, the development default, or under 50 characters. Set SECRET_KEY to a random value, "
            "for example: python -c 'import secrets; print(secrets.token_urlsafe(64))'"
        )
    return key


def var_dir() -> Path:
    """Where the embedded servers keep their data and sockets (`SIGNALBOX_VAR`, default `var/`)."""
    return Path(os.environ.get("SIGNALBOX_VAR", BASE / "var")).resolve()
