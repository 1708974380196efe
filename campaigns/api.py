"""`/v1/parked-events`: events that could not be processed, and having them processed once more."""

from typing import Any, ClassVar, Final

from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.parking import ParkedEvent, parked, replay
from compliance.access.authentication import key_of
from config.kit import clock, queues
from config.kit.actors import current_actor
from config.kit.api import CursorPage, missing
from config.kit.nudge import nudge

ParkedShown: Final = inline_serializer(
    "ParkedEvent",
    {
        "id": serializers.IntegerField(),
        "event_id": serializers.UUIDField(),
        "person_id": serializers.UUIDField(),
        "reason": serializers.CharField(help_text="the fault, or killed_worker"),
        "detail": serializers.CharField(),
        "parked_at": serializers.DateTimeField(),
        "replayed_at": serializers.DateTimeField(allow_null=True),
    },
)
ParkedList: Final = inline_serializer(
    "ParkedEventList",
    {"data": serializers.ListField(child=ParkedShown), "next": serializers.CharField(allow_null=True)},
)


class ParkedEvents(APIView):
    """The events that are set aside."""

    scope: ClassVar = {"GET": "events:read"}

    @extend_schema(
        operation_id="parked_events_list",
        tags=["events"],
        parameters=[OpenApiParameter("cursor", str), OpenApiParameter("limit", int)],
        responses=ParkedList,
    )
    def get(self, request: Request) -> Response:
        """Return the parked events, newest first."""
        rows = parked(key_of(request).workspace_id)
        return Response(CursorPage("-id").page(rows, request.query_params).as_json(_shown))


class Replay(APIView):
    """Having a parked event processed once more."""

    scope: ClassVar = {"POST": "rules:write"}

    @extend_schema(operation_id="parked_event_replay", tags=["events"], request=None, responses=ParkedShown)
    def post(self, request: Request, parked_id: int) -> Response:
        """Queue the event again; if it fails again it is parked again."""
        try:
            found = replay(key_of(request).workspace_id, parked_id, actor=current_actor(), now=clock.now())
        except LookupError:
            missing("This parked event")
        nudge(queues.DRAIN_INTAKE)
        return Response(_shown(found), status=202)


def _shown(event: ParkedEvent) -> dict[str, Any]:
    return {
        "id": event.pk,
        "event_id": event.event_id,
        "person_id": event.person_id,
        "reason": event.reason,
        "detail": event.detail,
        "parked_at": event.parked_at,
        "replayed_at": event.replayed_at,
    }
