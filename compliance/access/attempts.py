"""Slows down guessing at passwords: after some failures from one place, log-in waits."""

import hashlib
from datetime import datetime, timedelta
from typing import Final

from compliance.access.models import LoginFailure

WINDOW: Final = timedelta(minutes=15)
PER_NAME: Final = 5
PER_ADDRESS: Final = 30


def too_many(*, username: str, address: str, now: datetime) -> bool:
    """Whether this name from this address, or this address with any names, failed too often lately."""
    recent = LoginFailure.objects.filter(at__gt=now - WINDOW)
    by_name = recent.filter(source=_digest(address, username.casefold())).count()
    return by_name >= PER_NAME or recent.filter(address=_digest(address)).count() >= PER_ADDRESS


def record_failure(*, username: str, address: str, now: datetime) -> None:
    """Remember a failure, and forget those that count no more."""
    LoginFailure.objects.filter(at__lte=now - WINDOW).delete()
    LoginFailure.objects.create(source=_digest(address, username.casefold()), address=_digest(address), at=now)


def forgive(*, username: str, address: str) -> None:
    """Forget the failures of a name after it logged in."""
    LoginFailure.objects.filter(source=_digest(address, username.casefold())).delete()


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
