"""The live result beside the segment builder: how many, whom for instance, whom we could write to."""

from django.http import HttpResponse
from django.shortcuts import render

from audiences.segments import previews
from audiences.segments.editing import where_of
from compliance.access.console import ConsoleRequest, console_change
from config.kit import clock
from config.kit.errors import InputRefused


@console_change
def live(request: ConsoleRequest) -> HttpResponse:
    """Count who satisfies the condition as it stands in the form."""
    where = where_of(request)
    if where.condition() is None:
        return render(request, "segments/live.html", {"incomplete": True})
    now = clock.now()
    try:
        found = previews.preview(request.workspace.pk, where.definition(), now=now)
    except InputRefused:
        return render(request, "segments/live.html", {"incomplete": True})
    return render(request, "segments/live.html", {"found": found})
