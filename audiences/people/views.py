"""The list of people."""

from django.http import HttpResponse

from audiences.people.lists import PEOPLE
from compliance.access.console import ConsoleRequest, console_page
from compliance.desk.lists import list_page


@console_page
def people(request: ConsoleRequest) -> HttpResponse:
    """List people, those seen last first; the search narrows the list while one types."""
    return list_page(request, PEOPLE)
