"""Long work on segments by API: counting exactly, computing anew, exporting; each answers with a job to watch."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audiences.conditions.limits import shown
from audiences.segments.api import find
from audiences.segments.computing import recompute_in_job
from audiences.segments.jobs import count_in_job, export_in_job
from compliance.access.authentication import key_of
from config.kit import clock
from config.kit.actors import current_actor
from config.kit.errors import refuse

STARTED: Final = OpenApiExample(
    "started; GET /v1/jobs/{job_id} tells how far it is",
    value={"job_id": "019af0c2-7c1e-7d5a-9a44-0d6f0a3b2f10"},
    response_only=True,
)


class WhereForm(serializers.Serializer[Any]):
    where = serializers.DictField(help_text="a condition")


class StartedView(serializers.Serializer[Any]):
    job_id = serializers.UUIDField(help_text="GET /v1/jobs/{id}")


class Count(APIView):
    """The exact number, however long it takes."""

    scope = "segments:read"

    @extend_schema(
        operation_id="segment_count",
        tags=["segments"],
        request=WhereForm,
        responses={202: StartedView},
        examples=[
            OpenApiExample("a condition", value={"where": {"did": "purchase"}}, request_only=True),
            STARTED,
        ],
    )
    def post(self, request: Request) -> Response:
        """Start counting who satisfies a condition; the job's result holds `count` and `at`."""
        if not isinstance(request.data, dict) or set(request.data) != {"where"}:
            raise refuse("", f"{shown(request.data)} is no condition to count", 'send {"where": CONDITION}')
        where, workspace_id = request.data["where"], key_of(request).workspace_id
        job = count_in_job(workspace_id, where, title="", actor=current_actor(), now=clock.now())
        return Response({"job_id": job.pk}, status=202)


class Recompute(APIView):
    """Everybody judged once more by the live version."""

    scope = "segments:write"

    @extend_schema(
        operation_id="segment_recompute",
        tags=["segments"],
        request=None,
        responses={202: StartedView},
        examples=[STARTED],
    )
    def post(self, request: Request, key: str) -> Response:
        """Start judging everybody, for instance after a job that was cancelled or broke off."""
        job_id = recompute_in_job(find(request, key), actor=current_actor(), now=clock.now())
        return Response({"job_id": job_id}, status=202)


class Export(APIView):
    """The members as a file."""

    scope = "people:read"

    @extend_schema(
        operation_id="segment_export",
        tags=["segments"],
        request=None,
        responses={202: StartedView},
        examples=[STARTED],
    )
    def post(self, request: Request, key: str) -> Response:
        """Start writing the members to a CSV file; the job's result names it. Audited."""
        job = export_in_job(find(request, key), actor=current_actor(), now=clock.now())
        return Response({"job_id": job.pk}, status=202)
