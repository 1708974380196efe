"""Figures that stand on every page are looked up at most once in a few seconds per process and workspace."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import cache

Found = TypeVar("Found")


def glance(key: str, look: Callable[[], Found]) -> Found:
    """Return what `look` found a moment ago, or what it finds now; GLANCE_SECONDS says how long a moment is."""
    seconds = settings.GLANCE_SECONDS
    if not seconds:
        return look()
    found: Any = cache.get_or_set(f"glance:{key}", look, seconds)
    return found  # type: ignore[no-any-return]
