"""Settings for tests: plain static files, a fast hasher, no pool, and a throw-away database where none is named."""

import os

from tests import throwaway

if not os.environ.get("DATABASE_URL"):
    os.environ["DATABASE_URL"] = throwaway.database_url()

from config.settings import *  # noqa: F403
from config.settings import DATABASES

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]
WHITENOISE_AUTOREFRESH = True  # no collected files needed
# A pool keeps connections open, and a test database that somebody is connected to cannot be dropped.
DATABASES["default"]["OPTIONS"].pop("pool", None)
BROKER_URL = "memory://"
GLANCE_SECONDS = 0  # a test that changes something sees it on the next page
