"""The address that draws a condition form anew after each step, for pages of any app."""

from django.http import HttpResponse
from django.shortcuts import render

from audiences.builder.form import posted
from audiences.builder.showing import shown
from audiences.conditions import Place
from compliance.access.console import ConsoleRequest, console_change
from config.kit.errors import InputRefused
from config.kit.strict_json import Malformed


@console_change
def conditions(request: ConsoleRequest, place: str, prefix: str) -> HttpResponse:
    """Draw the form that was sent, after the step that its button asks for; nothing is stored."""
    try:
        form = posted(request.POST, request.workspace.pk, place=Place(place), prefix=prefix)
    except InputRefused as refusal:
        raise Malformed(refusal.problems) from refusal
    return render(request, "builder/condition.html", {"conditions": shown(form)})
