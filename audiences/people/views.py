"""Pages about people: the list, and one person's identity, traits, consent and recent events."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from audiences.people import lookups
from audiences.people.lists import PEOPLE
from audiences.people.models import Person
from audiences.segments.lookups import memberships_of
from compliance.access.console import ConsoleRequest, console_page
from compliance.consent.consents import consents_of
from compliance.desk.lists import list_page
from config.kit.pages import page


@console_page
def people(request: ConsoleRequest) -> HttpResponse:
    """List people, those seen last first; the search narrows the list while one types."""
    return list_page(request, PEOPLE)


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
