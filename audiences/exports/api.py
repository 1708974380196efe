"""`POST /v1/people/export`, `POST /v1/events/export`: start a file, watch the job, fetch it."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audiences.exports import asking
from audiences.exports.jobs import EVENTS, PEOPLE, start_export
from compliance.access.authentication import key_of
from config.kit import clock
from config.kit.actors import current_actor

STARTED: Final = OpenApiExample(
    "started; GET /v1/jobs/{job_id} tells how far it is",
    value={"job_id": "019af0c2-7c1e-7d5a-9a44-0d6f0a3b2f11"},
    response_only=True,
)


class PeopleExportForm(serializers.Serializer[Any]):
    format = serializers.CharField(default="jsonl", help_text="jsonl or csv")
    search = serializers.CharField(required=False, help_text="as in GET /v1/people")
    segment = serializers.CharField(required=False, help_text="only members of this segment")
    seen_after = serializers.DateTimeField(required=False)
    seen_before = serializers.DateTimeField(required=False)
    traits = serializers.ListField(child=serializers.CharField(), required=False, help_text="columns of a CSV")


class EventsExportForm(serializers.Serializer[Any]):
    format = serializers.CharField(default="jsonl", help_text="jsonl or csv")
    name = serializers.CharField(required=False)
    since = serializers.DateTimeField(required=False, help_text="event time, from")
    until = serializers.DateTimeField(required=False, help_text="event time, before")


class ExportStartedView(serializers.Serializer[Any]):
    job_id = serializers.UUIDField(help_text="GET /v1/jobs/{id}; then GET /v1/jobs/{id}/file")


class ExportPeople(APIView):
    """People as a file."""

    scope = "people:read"

    @extend_schema(
        operation_id="people_export",
        tags=["people"],
        request=PeopleExportForm,
        responses={202: ExportStartedView},
        examples=[
            OpenApiExample("a segment as CSV", value={"segment": "loyal", "format": "csv", "traits": ["city"]}),
            STARTED,
        ],
    )
    def post(self, request: Request) -> Response:
        """Start writing people to a file; audited with the number of rows and columns."""
        asked = asking.read_asked(request.data, fields=asking.PEOPLE)
        given: dict[str, Any] = {"actor": current_actor(), "now": clock.now()}
        return Response({"job_id": start_export(PEOPLE, key_of(request).workspace_id, asked, **given)}, status=202)


class ExportEvents(APIView):
    """Events as a file."""

    scope = "events:read"

    @extend_schema(
        operation_id="events_export",
        tags=["events"],
        request=EventsExportForm,
        responses={202: ExportStartedView},
        examples=[
            OpenApiExample("purchases of a month", value={"name": "purchase", "since": "2026-03-01T00:00:00Z"}),
            STARTED,
        ],
    )
    def post(self, request: Request) -> Response:
        """Start writing events to a file in the order of receipt; audited."""
        asked = asking.read_asked(request.data, fields=asking.EVENTS)
        given: dict[str, Any] = {"actor": current_actor(), "now": clock.now()}
        return Response({"job_id": start_export(EVENTS, key_of(request).workspace_id, asked, **given)}, status=202)
