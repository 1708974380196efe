"""The page of refused input: what senders got wrong."""

from typing import Final

from django.http import HttpResponse

from audiences.intake.refusals import refusals
from compliance.access.console import ConsoleRequest, console_page
from config.kit.pages import page
from config.kit.paging import CursorPage

NEWEST_FIRST: Final = CursorPage("-id")


@console_page
def refused(request: ConsoleRequest) -> HttpResponse:
    """List refused items, newest first."""
    found = NEWEST_FIRST.page(refusals(request.workspace.pk), request.GET)
    return page(request, "intake/refused.html", {"page": found}, parts={"refused-list": "list"})
