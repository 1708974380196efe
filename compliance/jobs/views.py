"""Pages about jobs: the list, one job with its card, cancelling it, and the file that came of it."""

import json
from typing import Final
from uuid import UUID

from django.contrib import messages as notes
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from compliance import audit
from compliance.access.console import ConsoleRequest, actor_of, console_change, console_page
from compliance.desk.lists import list_page
from compliance.jobs import verbs
from compliance.jobs.downloads import file_of, streamed
from compliance.jobs.labels import progress
from compliance.jobs.lists import JOBS
from compliance.jobs.models import Job
from config.kit import clock
from config.kit.errors import Conflict
from config.kit.pages import page, way_back

STOP_POLLING: Final = 286


@console_page
def jobs(request: ConsoleRequest) -> HttpResponse:
    """List jobs, those asked for last first."""
    return list_page(request, JOBS)


@console_page
def job(request: ConsoleRequest, job_id: UUID) -> HttpResponse:
    """Show one job; its card asks for itself every second until the job has ended (286 tells htmx to stop)."""
    found = _job_or_404(request, job_id)
    told = progress(found, now=clock.now())
    trail = audit.entries(request.workspace.pk, object_kind="job", object_id=str(found.pk)).order_by("id")[:50]
    context = {"job": found, "told": told, "trail": trail}
    card = f"job-{found.pk}"
    is_card = "HX-Request" in request.headers and request.headers.get("HX-Target") == card
    status = STOP_POLLING if is_card and told.ended else 200
    response = page(request, "jobs/job.html", context, parts={card: "card"}, status=status)
    if status == STOP_POLLING:
        response.headers["HX-Trigger"] = json.dumps({"job-ended": {"id": str(found.pk), "state": found.state}})
    return response


@console_change
def cancel_job(request: ConsoleRequest, job_id: UUID) -> HttpResponse:
    """Cancel; the card (or without htmx the page) shows what became of it."""
    found = _job_or_404(request, job_id)
    try:
        verbs.cancel(request.workspace.pk, found.pk, actor=actor_of(request), now=clock.now())
    except Conflict:
        notes.info(request, _("The job had ended before."))
    if request.headers.get("HX-Target") == f"job-{found.pk}":
        found.refresh_from_db()
        return page(request, "jobs/job.html#card", {"job": found})
    return redirect(way_back(request, reverse("job", args=[found.pk])))


@console_page
def later(request: ConsoleRequest, job_id: UUID) -> HttpResponse:
    """Take the card away and say where the job can be found; without htmx, go to the list."""
    found = _job_or_404(request, job_id)
    if "HX-Request" not in request.headers:
        return redirect("jobs")
    toast = {
        "text": _("“%(title)s” goes on in the background.") % {"title": found.title},
        "level": "info",
        "href": reverse("job", args=[found.pk]),
        "link": _("Show"),
    }
    return HttpResponse("", headers={"HX-Trigger": json.dumps({"toast": toast})})


@console_page
def job_file(request: ConsoleRequest, job_id: UUID) -> HttpResponse | StreamingHttpResponse:
    """Stream the job's file; who may only look may not take people's data away."""
    if not request.may_change:
        raise PermissionDenied
    found = _job_or_404(request, job_id)
    file = file_of(found)
    if file is None:
        raise Http404
    return streamed(found, file, actor=actor_of(request), now=clock.now())


def _job_or_404(request: ConsoleRequest, job_id: UUID) -> Job:
    found = verbs.find_job(request.workspace.pk, job_id)
    if found is None:
        raise Http404
    return found
