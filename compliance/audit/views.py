"""The page of the trail: who did what to what, newest first."""

from django.http import HttpResponse

from compliance.access.console import ConsoleRequest, console_page
from compliance.audit.lists import AUDIT
from compliance.desk.lists import list_page


@console_page
def trail(request: ConsoleRequest) -> HttpResponse:
    """List entries, narrowed by the beginning of the action, the actor, the object and the time."""
    return list_page(request, AUDIT)
