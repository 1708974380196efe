"""The live parts of home: what needs somebody, and how far the machine is behind."""

from django.template.loader import render_to_string

from campaigns.overview import figures
from compliance.access.console import ConsoleRequest
from config.kit import clock, live
from config.kit.spans import span


def connect() -> None:
    """Register the parts; called once, when the app is ready."""
    live.register("home.needs", needs)
    live.register("home.health", health)


def needs(request: ConsoleRequest, window: str) -> str:
    """Write what waits for a person, of the window whose name is given."""
    asked = span({"window": window}, now=clock.now())
    found = figures.needs(request.workspace.pk, span=asked)
    return render_to_string("overview/home/needs.html", {"needs": found, "span": asked})


def health(request: ConsoleRequest, window: str) -> str:
    """Write how much waits, how quick the latest events were and what channels refused in the window."""
    now = clock.now()
    asked = span({"window": window}, now=now)
    found = figures.health(request.workspace.pk, span=asked, now=now)
    return render_to_string("overview/home/health.html", {"health": found, "span": asked})
