"""`/v1/segments/{key}/versions` and what belongs to a change: restoring, comparing, and who would feel it."""

from dataclasses import asdict
from functools import partial
from typing import Any, ClassVar, Final

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audiences.conditions.limits import shown
from audiences.segments.api import SegmentView, find, shown_segment
from audiences.segments.definitions import used_by
from audiences.segments.models import Segment, SegmentVersion
from audiences.segments.previews.comparing import Comparison, compare
from audiences.segments.versions import changes_between, restore, unarchive, version_of, versions_of
from compliance.access.authentication import key_of
from config.kit import clock
from config.kit.actors import current_actor
from config.kit.api import CursorPage, missing
from config.kit.errors import Conflict, refuse

ASKED: Final = {"where": {"did": "purchase", "times": {"at_least": 3}, "within": "14d"}}
ANSWER: Final = {"joined": 120, "left": 40, "stayed": 3_100, "errors": [0, 0, 0], "exact": True}


class VersionView(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    live = serializers.BooleanField()
    note = serializers.CharField()
    author = serializers.CharField()
    created_at = serializers.DateTimeField()
    definition = serializers.DictField()
    changes = serializers.ListField(child=serializers.CharField(), help_text="against the version before, in words")


class VersionPage(serializers.Serializer[Any]):
    data = VersionView(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True)


class RestoreForm(serializers.Serializer[Any]):
    version = serializers.IntegerField(required=False, help_text="default: the newest")


class UseView(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="segment, rule, journey …")
    key = serializers.CharField()
    name = serializers.CharField()
    where = serializers.CharField(help_text="the place in it")


class Uses(serializers.Serializer[Any]):
    data = UseView(many=True)  # type: ignore[assignment]


class CompareForm(serializers.Serializer[Any]):
    where = serializers.DictField(help_text="the condition to compare the live one with")


class ComparisonView(serializers.Serializer[Any]):
    joined = serializers.IntegerField()
    left = serializers.IntegerField()
    stayed = serializers.IntegerField()
    errors = serializers.ListField(  # type: ignore[assignment]
        child=serializers.IntegerField(), help_text="of the three, at 95 %"
    )
    exact = serializers.BooleanField()
    who_joined = serializers.ListField(child=serializers.DictField())
    who_left = serializers.ListField(child=serializers.DictField())


class Versions(APIView):
    """All versions of a segment, also of an archived one."""

    scope = "segments:read"
    pages: ClassVar = CursorPage("-number")

    @extend_schema(operation_id="segment_versions", tags=["segments"], responses=VersionPage)
    def get(self, request: Request, key: str) -> Response:
        """Return the versions, newest first."""
        segment = _any(request, key)
        page = self.pages.page(versions_of(segment), request.query_params)
        return Response(page.as_json(lambda version: _version(segment, version)))


class OneVersion(APIView):
    """A version by its number."""

    scope = "segments:read"

    @extend_schema(operation_id="segment_version", tags=["segments"], responses=VersionView)
    def get(self, request: Request, key: str, number: int) -> Response:
        """Return one version with its definition, and what it changed."""
        segment = _any(request, key)
        try:
            return Response(_version(segment, version_of(segment, number)))
        except SegmentVersion.DoesNotExist:
            missing(f"Version {number} of the segment {key[:100]}")


class Restore(APIView):
    """An older version made live again; also brings an archived segment back."""

    scope = "segments:write"

    @extend_schema(
        operation_id="segment_restore",
        tags=["segments"],
        request=RestoreForm,
        responses=SegmentView,
        examples=[OpenApiExample("version 2", value={"version": 2}, request_only=True)],
    )
    def post(self, request: Request, key: str) -> Response:
        """Make the definition of a version live, as a new version."""
        segment = _any(request, key)
        newest = versions_of(segment).first()
        number = _number(request.data, newest.number if newest else 0)
        verb = unarchive if segment.archived and not request.data else partial(restore, number=number)
        try:
            verb(segment.workspace_id, key, actor=current_actor(), now=clock.now())
        except SegmentVersion.DoesNotExist:
            missing(f"Version {number} of the segment {key[:100]}")
        return Response(shown_segment(find(request, key)))


class UsedBy(APIView):
    """What reads a segment."""

    scope = "segments:read"

    @extend_schema(operation_id="segment_used_by", tags=["segments"], responses=Uses)
    def get(self, request: Request, key: str) -> Response:
        """Return the segments, rules and flows that read this segment; while there are any it is not archived."""
        segment = find(request, key)
        return Response({"data": [asdict(use) for use in used_by(segment.workspace_id, key)]})


class Compare(APIView):
    """The live condition against another one."""

    scope = "segments:read"

    @extend_schema(
        operation_id="segment_compare",
        tags=["segments"],
        request=CompareForm,
        responses=ComparisonView,
        examples=[
            OpenApiExample("a shorter window", value=ASKED, request_only=True),
            OpenApiExample("exact", value=ANSWER, response_only=True),
        ],
    )
    def post(self, request: Request, key: str) -> Response:
        """Return who would join and leave if the segment had another condition; nothing is saved."""
        segment = find(request, key)
        if not isinstance(request.data, dict) or set(request.data) != {"where"}:
            raise refuse("", f"{shown(request.data)} is no comparison", 'send {"where": CONDITION}')
        where = segment.live.definition.get("where") if segment.live else None
        if where is None:
            raise Conflict(f"The segment {key} has no condition to compare with.")
        return Response(_comparison(compare(segment.workspace_id, where, request.data["where"], now=clock.now())))


def _comparison(found: Comparison) -> dict[str, Any]:
    counts = {name: getattr(found, name) for name in ("joined", "left", "stayed", "errors", "exact")}
    return counts | {
        "who_joined": [one.as_json() for one in found.who_joined],
        "who_left": [one.as_json() for one in found.who_left],
    }


def _any(request: Request, key: str) -> Segment:
    found = Segment.objects.filter(workspace_id=key_of(request).workspace_id, key=key).first()
    return found or missing(f"The segment {key[:100]}")


def _number(raw: Any, newest: int) -> int:
    number = raw.get("version", newest) if isinstance(raw, dict) else None
    if type(number) is not int or not raw.keys() <= {"version"}:
        raise refuse("/version", f"{shown(raw)} names no version", 'send {"version": 2}, or {} for the newest')
    return number


def _version(segment: Segment, version: SegmentVersion) -> dict[str, Any]:
    before = segment.versions.filter(number__lt=version.number).order_by("-number").first()
    changes = changes_between(before.definition, version.definition) if before else []
    fields = {name: getattr(version, name) for name in ("number", "note", "author", "created_at", "definition")}
    return fields | {"live": version.pk == segment.live_id, "changes": [str(change) for change in changes]}
