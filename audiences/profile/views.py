"""The page of one person, and the forms on it: a note, seeing details for a reason, stopping contact."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from audiences.identity.lookups import merge_of, merges_into
from audiences.people.lookups import find_person, identities_of, name_of
from audiences.people.models import Person
from audiences.profile import contact as stopping
from audiences.profile import notes, reading, unmasking
from audiences.profile.contact import WAYS
from audiences.segments.lookups import memberships_of
from compliance.access.console import ConsoleRequest, actor_of, console_form, console_page
from compliance.access.forms import submit
from compliance.consent.consents import consents_of
from config.kit import clock
from config.kit.errors import Problem
from config.kit.forms import Form
from config.kit.masking import EMAIL, shown
from config.kit.pages import page

NOTES: Final = 20


@console_page
def person(request: ConsoleRequest, person_id: UUID) -> HttpResponse:
    """Show one person; what campaigns did for them is loaded from campaigns' own addresses."""
    someone = _person_or_404(request, person_id)
    if someone.merged_into:
        return redirect("person", someone.merged_into)
    bare = unmasking.is_unmasked(request.session, someone.pk, now=clock.now())
    context = {
        **_named(someone, bare=bare),
        "bare": bare,
        "identities": reading.identity_lines(someone, bare=bare),
        "locale": someone.traits.get("locale") or someone.traits.get("language"),
        "traits": reading.trait_lines(someone, bare=bare),
        "computed": reading.computed_lines(someone),
        "stays": memberships_of(request.workspace.pk, [someone.pk]).get(someone.pk, []),
        "consents": consents_of(request.workspace.pk, someone.pk),
        "notes": notes.notes_of(request.workspace.pk, someone.pk)[:NOTES],
        "merged": len(merges_into(request.workspace.pk, someone.pk)),
    }
    return page(request, "profile/person.html", context)


@console_page
def raw(request: ConsoleRequest, person_id: UUID) -> HttpResponse:
    """Answer what is stored about a person as JSON; masked like the page."""
    someone = _person_or_404(request, person_id)
    bare = unmasking.is_unmasked(request.session, someone.pk, now=clock.now())
    merge = merge_of(request.workspace.pk, someone.pk)
    return JsonResponse(
        {
            "id": str(someone.pk),
            "user_id": name_of(someone) if not bare else someone.user_id,
            "traits": someone.traits if bare else {name: shown(name, value) for name, value in someone.traits.items()},
            "trait_times": someone.trait_times,
            "identifiers": [
                {"kind": row.kind, "value": row.value if bare else shown(row.kind, row.value)}
                for row in identities_of(request.workspace.pk, someone.pk)
            ],
            "first_seen": someone.first_seen,
            "last_seen": someone.last_seen,
            "merged_into": merge and str(merge.winner_id),
        },
        json_dumps_params={"indent": 2, "ensure_ascii": False},
    )


@console_form
def note(request: ConsoleRequest, person_id: UUID) -> HttpResponse:
    """Write a note about a person."""
    someone = _person_or_404(request, person_id)
    given: dict[str, Any] = {"actor": actor_of(request), "now": clock.now()}
    text = request.POST.get("text", "")
    act = lambda: notes.add_note(request.workspace.pk, someone.pk, text, **given)  # noqa: E731
    return _form(request, someone, "note", {"text": text}, act, said=_("The note is kept."))


@console_form
def unmask(request: ConsoleRequest, person_id: UUID) -> HttpResponse:
    """Ask for a reason, then show the person's details for a while."""
    someone = _person_or_404(request, person_id)
    given: dict[str, Any] = {"actor": actor_of(request), "now": clock.now()}
    reason = request.POST.get("reason", "")
    act = lambda: unmasking.unmask(  # noqa: E731
        request.session, someone.pk, workspace_id=request.workspace.pk, reason=reason, **given
    )
    said = _("Details are shown for a quarter of an hour. The trail keeps your reason.")
    return _form(request, someone, "unmask", {"reason": reason}, act, said=said)


@console_form
def contact(request: ConsoleRequest, person_id: UUID) -> HttpResponse:
    """Unsubscribe a person, or suppress their addresses, after a second look."""
    someone = _person_or_404(request, person_id)
    way = request.POST.get("way", "unsubscribe")
    act = lambda: stopping.stop_contact(  # noqa: E731
        request.workspace.pk, someone.pk, way=way, traits=someone.traits, now=clock.now()
    )
    return _form(request, someone, "contact", {"way": way}, act, said=_("Noted. Nothing more goes out."))


def _form(
    request: ConsoleRequest,
    someone: Person,
    name: str,
    values: Mapping[str, str],
    act: Callable[[], object],
    *,
    said: str,
) -> HttpResponse:
    """Show a person's form, in the dialog or as a page, or carry it out."""

    def again(problems: Sequence[Problem] = ()) -> HttpResponse:
        form = Form(id=f"person-{name}", values=values, problems=problems)
        parts = {"dialog": "form", form.id: "form"}
        context = {**_named(someone, bare=False), "form": form, "ways": WAYS}
        status = 422 if problems else 200
        return page(request, f"profile/{name}.html", context, parts=parts, status=status)

    if request.method != "POST":
        return again()
    return submit(request, act, again=again, to=reverse("person", args=[someone.pk]), said=said)


def _named(someone: Person, *, bare: bool) -> dict[str, Any]:
    name = name_of(someone)
    return {"person": someone, "name": someone.user_id if bare and EMAIL.match(someone.user_id or "") else name}


def _person_or_404(request: ConsoleRequest, person_id: UUID) -> Person:
    someone = find_person(request.workspace.pk, person_id)
    if someone is None:
        raise Http404
    return someone
