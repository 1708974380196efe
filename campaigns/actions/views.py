"""The page about what rules had done."""

from django.http import HttpResponse

from campaigns.actions.lists import ACTIONS
from compliance.access.console import ConsoleRequest, console_page
from compliance.desk.lists import list_page


@console_page
def actions(request: ConsoleRequest) -> HttpResponse:
    """List what rules had done, newest first."""
    return list_page(request, ACTIONS)
