"""The home page."""

from django.http import HttpResponse

from compliance.access.console import ConsoleRequest, console_page
from config.kit.pages import page


@console_page
def home(request: ConsoleRequest) -> HttpResponse:
    """Show what needs somebody, and how the machine runs."""
    return page(request, "overview/home.html", {})
