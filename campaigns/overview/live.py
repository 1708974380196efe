"""The live parts of home: what needs somebody, and how far the machine is behind."""

from datetime import timedelta

from django.template.loader import render_to_string

from campaigns.overview import figures
from compliance.access.console import ConsoleRequest
from config.kit import clock, live


def connect() -> None:
    """Register the parts; called once, when the app is ready."""
    live.register("home.needs", needs)
    live.register("home.health", health)


def needs(request: ConsoleRequest, days: str) -> str:
    """Write what waits for a person, of the last so many days."""
    length = timedelta(days=int(days) if days in ("1", "7", "30") else 1)
    found = figures.needs(request.workspace.pk, since=clock.now() - length)
    return render_to_string("overview/home.html#needs", {"needs": found, "calm": not any(found.values())})


def health(request: ConsoleRequest, _argument: str) -> str:
    """Write how many events, runs and messages wait."""
    found = figures.health(request.workspace.pk, now=clock.now())
    return render_to_string("overview/home.html#health", {"health": found})
