"""The page of refused input: what senders got wrong."""

from django.http import HttpResponse

from audiences.intake.lists import REFUSED
from compliance.access.console import ConsoleRequest, console_page
from compliance.desk.lists import list_page


@console_page
def refused(request: ConsoleRequest) -> HttpResponse:
    """List refused items, newest first."""
    return list_page(request, REFUSED)
