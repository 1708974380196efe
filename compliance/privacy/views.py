"""Pages of privacy requests: ask at a person's page, the queue, and deciding."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.contrib import messages as notes
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from compliance.access.console import ConsoleRequest, actor_of, console_change, console_form, console_page
from compliance.access.forms import submit
from compliance.consent import directory
from compliance.privacy import requests
from compliance.privacy.labels import KINDS, STATES
from compliance.privacy.models import PrivacyRequest
from config.kit import clock
from config.kit.errors import Conflict, InputRefused, Problem
from config.kit.forms import Form
from config.kit.pages import page
from config.kit.paging import CursorPage
from config.kit.spoken import spoken

NEWEST_FIRST: Final = CursorPage("-id")


@console_page
def queue(request: ConsoleRequest) -> HttpResponse:
    """List requests: those that wait first asked for, or in another state."""
    state = request.GET.get("state", PrivacyRequest.State.OPEN)
    state = state if state in PrivacyRequest.State.values else PrivacyRequest.State.OPEN
    found = NEWEST_FIRST.page(requests.requests(request.workspace.pk, state=state), request.GET)
    actor = actor_of(request)
    context = {
        "page": found,
        "rows": [{"request": row, "kind": KINDS[PrivacyRequest.Kind(row.kind)]} for row in found.rows],
        "state": state,
        "states": STATES.items(),
        "decides": requests.may_decide(request.workspace.pk, actor),
        "me": actor.id,
    }
    return page(request, "privacy/list.html", context, parts={"privacy-list": "list"})


@console_form
def ask(request: ConsoleRequest, person_id: UUID) -> HttpResponse:
    """Ask for a copy of a person's data, or for erasure."""
    if directory.heir(request.workspace.pk, person_id) != person_id:
        raise Http404
    values = {name: request.POST.get(name, default) for name, default in (("kind", "export"), ("reason", ""))}

    def act() -> None:
        requests.ask(request.workspace.pk, person_id, **values, actor=actor_of(request), now=clock.now())

    def again(problems: Sequence[Problem] = ()) -> HttpResponse:
        form = Form(id="privacy-ask", values=values, problems=problems)
        parts = {"dialog": "form", form.id: "form"}
        context = {"form": form, "person_id": person_id, "kinds": [(key, label.text) for key, label in KINDS.items()]}
        return page(request, "privacy/ask.html", context, parts=parts, status=422 if problems else 200)

    if request.method != "POST":
        return again()
    return submit(request, act, again=again, to=reverse("privacy"), said=_("Asked. A second member decides."))


@console_change
def decide(request: ConsoleRequest, request_id: int) -> HttpResponse:
    """Approve or reject a request."""
    answer = request.POST.get("answer")
    if answer not in ("approve", "reject"):
        raise BadRequest("the answer is unknown")
    actor, now, workspace = actor_of(request), clock.now(), request.workspace.pk
    try:
        if answer == "reject":
            requests.reject(workspace, request_id, said=request.POST.get("said", ""), actor=actor, now=now)
            notes.success(request, _("Rejected. The trail keeps why."))
            return redirect("privacy")
        decided = requests.approve(workspace, request_id, actor=actor, now=now)
    except PrivacyRequest.DoesNotExist:
        raise Http404 from None
    except InputRefused as refused:
        notes.error(request, spoken(refused.problems[0].message))
    except Conflict as conflict:
        notes.warning(request, spoken(conflict.args[0]))
    else:
        return redirect("job", decided.job_id)
    return redirect("privacy")
