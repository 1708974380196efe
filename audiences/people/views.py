"""Pages about people: the list, and one person's identity, traits, consent and recent events."""

from typing import Final
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from audiences.people import lookups
from audiences.people.models import Person
from audiences.segments.lookups import memberships_of
from compliance.access.console import ConsoleRequest, console_page
from compliance.consent.consents import consents_of
from config.kit.pages import page
from config.kit.paging import CursorPage

NEWEST_FIRST: Final = CursorPage("-last_seen", "id")


@console_page
def people(request: ConsoleRequest) -> HttpResponse:
    """List people, those seen last first; the search narrows the list while one types."""
    text = request.GET.get("q", "")[:200]
    found = NEWEST_FIRST.page(lookups.people(request.workspace.pk, text=text), request.GET)
    stays = memberships_of(request.workspace.pk, [person.pk for person in found.rows])
    rows = [{"person": row, "name": lookups.name_of(row), "stays": stays.get(row.pk, [])} for row in found.rows]
    return page(request, "people/list.html", {"rows": rows, "page": found, "text": text}, parts={"people-list": "list"})


@console_page
def person(request: ConsoleRequest, person_id: UUID) -> HttpResponse:
    """Show one person; what campaigns did for them is loaded from campaigns' own addresses."""
    someone = _person_or_404(request, person_id)
    if someone.merged_into:
        return redirect("person", someone.merged_into)
    context = {
        "person": someone,
        "name": lookups.name_of(someone),
        "identities": lookups.identities_of(request.workspace.pk, someone.pk),
        "locale": someone.traits.get("locale") or someone.traits.get("language"),
        "traits": sorted(someone.traits.items()),
        "stays": memberships_of(request.workspace.pk, [someone.pk]).get(someone.pk, []),
        "consents": consents_of(request.workspace.pk, someone.pk),
    }
    return page(request, "people/person.html", context)


def _person_or_404(request: ConsoleRequest, person_id: UUID) -> Person:
    someone = lookups.find_person(request.workspace.pk, person_id)
    if someone is None:
        raise Http404
    return someone
