"""Pages of imports: the list, bringing a file, saying what is in it, and what came of it."""

from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from django.contrib import messages as notes
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from audiences.imports import verbs
from audiences.imports.api import refused_answer
from audiences.imports.drafts import Draft, document_of
from audiences.imports.lists import IMPORTS
from audiences.imports.models import Import
from audiences.imports.reading import chosen, reading_of
from audiences.imports.report import counts_of, examples_of, meanings_of, reasons_of, refused_lines
from audiences.imports.uploads import IntoStorage, stored_file
from compliance import jobs
from compliance.access.console import ConsoleRequest, actor_of, console_change, console_page
from compliance.desk.lists import list_page
from config.kit import clock
from config.kit.errors import Conflict, InputRefused, Problem
from config.kit.pages import page

SHOWN_REFUSED: Final = 50


@console_page
def imports(request: ConsoleRequest) -> HttpResponse:
    """List imports, the latest first."""
    return list_page(request, IMPORTS, template="imports/list.html")


@console_page
def new(request: ConsoleRequest) -> HttpResponse:
    """Ask for the file."""
    return page(request, "imports/new.html", {})


@csrf_exempt
@console_change
def upload(request: ConsoleRequest) -> HttpResponseBase:
    """Store the file as it comes in. The form's token is looked at behind the handler: looking reads the body."""
    handler = IntoStorage(request, workspace_id=request.workspace.pk, now=clock.now())
    request.upload_handlers = [handler]
    answer: HttpResponse = _receive(request, handler)
    if answer.status_code >= HTTPStatus.BAD_REQUEST:
        handler.forget()
    return answer


@csrf_protect
def _receive(request: ConsoleRequest, handler: IntoStorage) -> HttpResponse:
    try:
        file = stored_file(request, handler, request.FILES)
        found = verbs.create(file, actor=actor_of(request), now=clock.now())
    except InputRefused as refused:
        return page(request, "imports/new.html", {"problems": refused.problems}, status=422)
    return redirect("import", found.pk)


@console_page
def one(request: ConsoleRequest, import_id: UUID) -> HttpResponse:
    """Show a draft with what is in its file, or a started import with what came of it."""
    found = _import_or_404(request, import_id)
    if found.job_id is not None:
        return _outcome(request, found)
    try:
        draft = Draft(found, tried="try" in request.GET, now=clock.now())
    except InputRefused as refused:
        return page(request, "imports/gone.html", {"import": found, "problems": refused.problems})
    return _draft(request, draft)


@console_change
def change(request: ConsoleRequest, import_id: UUID) -> HttpResponse:
    """Do what the pressed button says: read the file in another way, try, check or start."""
    found = _import_or_404(request, import_id)
    done: Any = DOINGS.get(request.POST.get("do", ""))
    if done is None:
        raise Http404
    try:
        return done(request, found)  # type: ignore[no-any-return]
    except InputRefused as refused:
        draft = Draft(found, typed=request.POST, problems=refused.problems, now=clock.now())
        return _draft(request, draft, status=422)
    except Conflict:
        notes.info(request, _("The import has been started already."))
        return redirect("import", found.pk)


@console_page
def refused(request: ConsoleRequest, import_id: UUID) -> HttpResponseBase:
    """Stream the refused rows as a file."""
    return refused_answer(_import_or_404(request, import_id))


def _read_anew(request: ConsoleRequest, found: Import) -> HttpResponse:
    verbs.set_reading(found, chosen(reading_of(found.reading), request.POST.dict()))
    return redirect("import", found.pk)


def _use_saved(request: ConsoleRequest, found: Import) -> HttpResponse:
    saved = verbs.saved_mappings(request.workspace.pk).filter(name=request.POST.get("saved", "")).first()
    if saved is None:
        raise InputRefused([Problem(path="/saved", message=_("There is no such mapping any more."))])
    verbs.apply_mapping(found, saved)
    return redirect("import", found.pk)


def _try(request: ConsoleRequest, found: Import) -> HttpResponse:
    _take_plan(request, found)
    return redirect(f"{reverse('import', args=[found.pk])}?try=1#report")


def _check(request: ConsoleRequest, found: Import) -> HttpResponse:
    _take_plan(request, found)
    verbs.start_check(found, actor=actor_of(request), now=clock.now())
    return redirect(f"{reverse('import', args=[found.pk])}#report")


def _start(request: ConsoleRequest, found: Import) -> HttpResponse:
    _take_plan(request, found)
    verbs.start_run(found, actor=actor_of(request), now=clock.now())
    return redirect("import", found.pk)


def _take_plan(request: ConsoleRequest, found: Import) -> None:
    plan = verbs.set_plan(found, document_of(found, request.POST))
    if name := request.POST.get("keep_as", "").strip():
        verbs.save_mapping(request.workspace.pk, name, plan, now=clock.now())


DOINGS: Final = {"reading": _read_anew, "saved": _use_saved, "try": _try, "check": _check, "start": _start}


def _draft(request: ConsoleRequest, draft: Draft, *, status: int = 200) -> HttpResponse:
    check = jobs.find_job(request.workspace.pk, draft.found.check_id) if draft.found.check_id else None
    counts = draft.tally.as_json() if draft.tally else (counts_of(check) if check and check.ended_at else None)
    context = {
        "draft": draft,
        "check": check,
        "counts": counts,
        "reasons": reasons_of(counts),
        "examples": examples_of(counts),
        "saved": verbs.saved_mappings(request.workspace.pk),
    }
    return page(request, "imports/draft.html", context, status=status)


def _outcome(request: ConsoleRequest, found: Import) -> HttpResponse:
    job = jobs.find_job(request.workspace.pk, found.job_id) if found.job_id else None
    counts = counts_of(job)
    context = {
        "import": found,
        "job": job,
        "counts": counts,
        "reasons": reasons_of(counts),
        "rows": refused_lines(found, most=SHOWN_REFUSED),
        "columns": meanings_of(found),
    }
    return page(request, "imports/outcome.html", context, parts={"import-outcome": "outcome"})


def _import_or_404(request: ConsoleRequest, import_id: UUID) -> Import:
    found = verbs.find_import(request.workspace.pk, import_id)
    if found is None:
        raise Http404
    return found
