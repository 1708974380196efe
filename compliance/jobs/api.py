"""`/v1/jobs`: how far long work is, cancelling it, and fetching the file that came of it."""

from typing import Any, ClassVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from compliance.access.authentication import key_of
from compliance.jobs import verbs
from compliance.jobs.downloads import file_of, streamed
from compliance.jobs.kinds import find_kind
from compliance.jobs.labels import progress
from compliance.jobs.models import Job
from config.kit import clock
from config.kit.actors import current_actor
from config.kit.api import CursorPage, missing

KIND = OpenApiParameter("kind", str, description="Only jobs of this kind.")
STATE = OpenApiParameter("state", str, enum=Job.State.values, description="Only jobs in this state.")
EXAMPLE = {
    "id": "01922ec5-7e00-7a3d-8f00-5b1f6c2a0000",
    "kind": "people.export",
    "title": "People with consent",
    "state": "running",
    "done": 42_000,
    "total": 155_848,
    "percent": 26,
    "rate": 10_200.0,
    "seconds_left": 11.2,
    "said": "writing rows",
    "problem": "",
    "result": {},
    "actor": "ada",
    "created_at": "2026-03-02T12:00:00Z",
    "started_at": "2026-03-02T12:00:01Z",
    "ended_at": None,
}


class JobView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.CharField(help_text="what is done, as room.what")
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=Job.State.choices)
    done = serializers.IntegerField(help_text="how many rows (or other units) are done")
    total = serializers.IntegerField(allow_null=True, help_text="of how many; null: nobody knows")
    percent = serializers.IntegerField(allow_null=True)
    rate = serializers.FloatField(allow_null=True, help_text="per second")
    seconds_left = serializers.FloatField(allow_null=True)
    said = serializers.CharField(help_text="what is under way")
    problem = serializers.CharField(help_text="why it failed")
    result = serializers.DictField(help_text="what came of it; `file` if there is one to fetch")
    actor = serializers.CharField(help_text="who asked for it")
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class JobPage(serializers.Serializer[Any]):
    data = JobView(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True)


class Jobs(APIView):
    """All jobs of the workspace."""

    scope = "jobs:read"
    paged = True
    pages: ClassVar = CursorPage("-created_at", "id")

    @extend_schema(operation_id="jobs", tags=["jobs"], responses=JobPage, parameters=[KIND, STATE])
    def get(self, request: Request) -> Response:
        """Return jobs, those asked for last first."""
        wanted = {name: request.query_params.get(name, "")[:60] for name in ("kind", "state")}
        found = verbs.jobs(key_of(request).workspace_id, **wanted)
        return Response(self.pages.page(found, request.query_params).as_json(shown_job))


class OneJob(APIView):
    """One job."""

    scope = "jobs:read"

    @extend_schema(
        operation_id="job",
        tags=["jobs"],
        responses=JobView,
        examples=[OpenApiExample("half-way", value=EXAMPLE, response_only=True)],
    )
    def get(self, request: Request, job_id: UUID) -> Response:
        """Return how far a job is, and once it has ended what came of it."""
        return Response(shown_job(_job(request, job_id)))


class Cancel(APIView):
    """Ending a job."""

    scope = "jobs:write"

    @extend_schema(operation_id="job_cancel", tags=["jobs"], request=None, responses=JobView)
    def post(self, request: Request, job_id: UUID) -> Response:
        """Cancel a job: a waiting one at once, a running one at its next step. 409 if it has ended already."""
        found = _job(request, job_id)
        verbs.cancel(found.workspace_id, found.pk, actor=current_actor(), now=clock.now())
        return Response(shown_job(_job(request, job_id)))


class TakeFile(APIView):
    """The file that came of a job."""

    scope = "jobs:read"

    @extend_schema(operation_id="job_file", tags=["jobs"], responses={(200, "*/*"): OpenApiTypes.BINARY})
    def get(self, request: Request, job_id: UUID) -> HttpResponseBase:
        """Fetch the file; the key also needs the scope of what is in it (for a file of people, `people:read`)."""
        found = _job(request, job_id)
        kind = find_kind(found.kind)
        if kind is None or not kind.file_scope or not key_of(request).allows(kind.file_scope):
            raise PermissionDenied(f"This key lacks the scope {kind.file_scope if kind else ''} of the file's content.")
        file = file_of(found) or missing("The file (it is deleted some days after the job has ended)")
        return streamed(found, file, actor=current_actor(), now=clock.now())


def shown_job(job: Job) -> dict[str, Any]:
    """Return a job as the API shows it."""
    told = progress(job, now=clock.now())
    names = ("id", "kind", "title", "state", "done", "total", "said", "problem", "result", "actor")
    times = ("created_at", "started_at", "ended_at")
    figures = {"percent": told.percent, "rate": told.rate, "seconds_left": told.left}
    return {name: getattr(job, name) for name in (*names, *times)} | figures


def _job(request: Request, job_id: UUID) -> Job:
    return verbs.find_job(key_of(request).workspace_id, job_id) or missing(f"The job {job_id}")
