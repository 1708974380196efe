"""`/v1/segments`: define segments, change and archive them."""

from dataclasses import asdict
from typing import Any, ClassVar, Final

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audiences.segments.computing import how_far
from audiences.segments.definitions import archive, define, used_by
from audiences.segments.doubts import doubts
from audiences.segments.models import Segment, SegmentVersion
from audiences.segments.reading import live_segments
from compliance.access.authentication import key_of
from config.kit import clock
from config.kit.actors import current_actor
from config.kit.api import CursorPage, missing

LOYAL: Final = {
    "key": "loyal",
    "name": "Loyal buyers",
    "where": {"did": "purchase", "times": {"at_least": 3}, "within": "30d"},
}


class SegmentForm(serializers.Serializer[Any]):
    """A definition, as the schema shows it; `documents` reads it."""

    key = serializers.RegexField(r"^\w[\w.-]{0,99}$", help_text="never changes")
    name = serializers.CharField(max_length=300, required=False)
    where = serializers.DictField(
        required=False, help_text="a condition; docs/reference/conditions.md. A static segment may do without"
    )
    kind = serializers.ChoiceField(choices=["dynamic", "static", "snapshot"], default="dynamic")
    note = serializers.CharField(max_length=500, required=False, help_text="why this version")


class SegmentView(SegmentForm):
    version = serializers.IntegerField()
    computing = serializers.DictField(
        help_text="`state` is ready, computing (with `percent` and `job_id`), or incomplete after a job that broke off"
    )
    members = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    warnings = serializers.ListField(
        child=serializers.DictField(),
        required=False,
        help_text="after a change: traits that nobody was seen with, each with its path and what may be meant",
    )


class SegmentPage(serializers.Serializer[Any]):
    data = SegmentView(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True)


class Segments(APIView):
    """All segments in use."""

    scope: ClassVar = {"GET": "segments:read", "POST": "segments:write"}
    pages: ClassVar = CursorPage("key")

    @extend_schema(operation_id="segments", tags=["segments"], responses=SegmentPage)
    def get(self, request: Request) -> Response:
        """Return the segments by key, each with the number of its members."""
        rows = live_segments(key_of(request).workspace_id)
        return Response(self.pages.page(rows, request.query_params).as_json(shown_segment))

    @extend_schema(
        operation_id="segment_define",
        tags=["segments"],
        request=SegmentForm,
        responses={200: SegmentView, 201: SegmentView},
        examples=[OpenApiExample("three purchases in 30 days", value=LOYAL, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Define a segment, or a new version of it; the same definition again changes nothing."""
        return _defined(request, key=None)


class OneSegment(APIView):
    """A segment by its key."""

    scope: ClassVar = {"GET": "segments:read", "*": "segments:write"}

    @extend_schema(operation_id="segment", tags=["segments"], responses=SegmentView)
    def get(self, request: Request, key: str) -> Response:
        """Return the live version, how many belong, and what reads this segment."""
        segment = find(request, key)
        return Response(
            shown_segment(segment) | {"used_by": [asdict(use) for use in used_by(segment.workspace_id, key)]}
        )

    @extend_schema(
        operation_id="segment_put",
        tags=["segments"],
        request=SegmentForm,
        responses=SegmentView,
        examples=[OpenApiExample("three purchases in 30 days", value=LOYAL, request_only=True)],
    )
    def put(self, request: Request, key: str) -> Response:
        """Define the segment of this key, or a new version of it."""
        return _defined(request, key=key)

    @extend_schema(operation_id="segment_archive", tags=["segments"], responses={204: None})
    def delete(self, request: Request, key: str) -> Response:
        """Archive the segment: everybody leaves, the history stays. 409 while anything reads it."""
        find(request, key)
        archive(key_of(request).workspace_id, key, actor=current_actor(), now=clock.now())
        return Response(status=204)


def _defined(request: Request, *, key: str | None) -> Response:
    now = clock.now()
    segment = define(key_of(request).workspace_id, request.data, actor=current_actor(), now=now, key=key)
    status = 201 if segment.created_at == now else 200
    shown = shown_segment(live_segments(segment.workspace_id).get(pk=segment.pk))
    warnings = [asdict(doubt) for doubt in doubts(segment.workspace_id, shown.get("where"))]
    return Response(shown | ({"warnings": warnings} if warnings else {}), status=status)


def find(request: Request, key: str) -> Segment:
    """Return the segment of the address with its count; 404 if there is none in use."""
    found = live_segments(key_of(request).workspace_id).filter(key=key).first()
    return found or missing(f"The segment {key[:100]}")


def shown_segment(segment: Segment) -> dict[str, Any]:
    """Return a segment as the API shows it."""
    live: SegmentVersion | None = segment.live
    return {
        **(live.definition if live else {}),
        "version": live.number if live else 0,
        "note": live.note if live else "",
        "computing": asdict(how_far(segment)),
        "members": getattr(segment, "members", None) or 0,
        "created_at": segment.created_at,
        "updated_at": segment.updated_at,
    }
