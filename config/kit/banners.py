"""Banners of every page: what everybody in a workspace must know now. Rooms register functions that tell it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import get_language

from config.kit import clock
from config.kit.glances import glance

ORDER: Final = ("stop", "drill", "bad", "warn", "info", "ok")


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """One line on top of every page. `level` is one of `ORDER`; `stop` and `drill` have a look of their own."""

    level: str
    text: str
    href: str = ""
    action: str = ""
    """What the link says."""


Source = Callable[[int, datetime], Iterable[Banner]]
_sources: Final[dict[str, Source]] = {}


def source(tell: Source) -> Source:
    """Register a function that is given a workspace and the present, and yields banners in the active language."""
    _sources[f"{tell.__module__}.{tell.__qualname__}"] = tell
    return tell


def shown(workspace_id: int) -> list[Banner]:
    """Return the workspace's banners, the gravest first."""
    return glance(f"banners:{workspace_id}:{get_language()}", lambda: _told(workspace_id, clock.now()))


def _told(workspace_id: int, now: datetime) -> list[Banner]:
    found = [banner for tell in _sources.values() for banner in tell(workspace_id, now)]
    return sorted(found, key=lambda banner: ORDER.index(banner.level))
