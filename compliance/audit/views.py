"""The page of the trail: who did what to what, newest first."""

from typing import Final

from django.http import HttpResponse

from compliance.access.console import ConsoleRequest, console_page
from compliance.audit.labels import label_of_actor
from compliance.audit.trail import entries
from config.kit.pages import page
from config.kit.paging import CursorPage

NEWEST_FIRST: Final = CursorPage("-id")
FILTERS: Final = {"action": "action__startswith", "actor": "actor__icontains", "object": "object_id"}


@console_page
def trail(request: ConsoleRequest) -> HttpResponse:
    """List entries, narrowed by the beginning of the action, the actor's name and the object's id."""
    asked = {name: request.GET.get(name, "").strip().replace("\x00", "")[:100] for name in FILTERS}
    narrowed = {FILTERS[name]: text for name, text in asked.items() if text}
    found = NEWEST_FIRST.page(entries(request.workspace.pk, **narrowed), request.GET)
    rows = [{"entry": entry, "actor": label_of_actor(entry.actor_kind)} for entry in found.rows]
    context = {"rows": rows, "page": found, "asked": asked, "narrowed": bool(narrowed)}
    return page(request, "audit/list.html", context, parts={"audit-list": "list"})
