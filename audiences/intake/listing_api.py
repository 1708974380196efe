"""`/v1/events`, `/v1/refusals`: what came in, and what did not."""

from typing import Any, ClassVar, Final

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audiences.intake.models import Event, EventKind, Refusal
from audiences.intake.refusals import refusals
from audiences.intake.stored import events
from audiences.people.directory import KnownPeople
from compliance.access.authentication import key_of
from config.kit.api import CursorPage
from config.kit.ids import instant_of

TYPES: Final = {kind.value: kind.name.lower() for kind in EventKind}
PAGED: Final = [
    OpenApiParameter("cursor", str, description="`next` of the page before."),
    OpenApiParameter("limit", int, description="1 to 200; default 50."),
]


class EventView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    type = serializers.ChoiceField(choices=sorted(TYPES.values()))
    name = serializers.CharField()
    user_id = serializers.CharField(allow_null=True)
    anonymous_id = serializers.CharField(allow_null=True)
    person_id = serializers.UUIDField(help_text="whom the event is about today")
    timestamp = serializers.DateTimeField(help_text="when it happened")
    received_at = serializers.DateTimeField()
    properties = serializers.DictField()
    context = serializers.DictField(allow_null=True)  # type: ignore[assignment]


class EventPage(serializers.Serializer[Any]):
    data = EventView(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True)


class RefusalView(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    message_id = serializers.CharField()
    field = serializers.CharField()
    reason = serializers.CharField()
    message = serializers.CharField()


class RefusalPage(serializers.Serializer[Any]):
    data = RefusalView(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True)


def shown_event(event: Event) -> dict[str, Any]:
    """Return an event as the API shows it."""
    return {
        "id": event.pk,
        "type": TYPES[event.kind],
        "name": event.name,
        "user_id": event.user_id,
        "anonymous_id": event.anonymous_id,
        "person_id": event.person_id,
        "timestamp": event.event_time,
        "received_at": instant_of(event.pk),
        "properties": event.properties,
        "context": event.context,
    }


class Events(APIView):
    """What was accepted."""

    scope = "events:read"
    pages: ClassVar = CursorPage("-id")

    @extend_schema(
        operation_id="events",
        tags=["events"],
        responses=EventPage,
        parameters=[
            OpenApiParameter("user_id", str, description="Only events about this user."),
            OpenApiParameter("name", str, description="Only events of this name."),
            *PAGED,
        ],
    )
    def get(self, request: Request) -> Response:
        """Return events, those received last first."""
        workspace_id, asked = key_of(request).workspace_id, request.query_params
        found = events(workspace_id, name=asked.get("name", ""))
        if user_id := asked.get("user_id", ""):
            found = found.filter(person_id__in=KnownPeople().people(workspace_id, [user_id]).values())
        return Response(self.pages.page(found, asked).as_json(shown_event))


class Refusals(APIView):
    """What was not accepted."""

    scope = "events:read"
    pages: ClassVar = CursorPage("-id")

    @extend_schema(operation_id="refusals", tags=["events"], responses=RefusalPage, parameters=PAGED)
    def get(self, request: Request) -> Response:
        """Return the items that were refused and why, newest first; of a flood only its beginning is kept."""
        return Response(self.pages.page(refusals(key_of(request).workspace_id), request.query_params).as_json(_shown))


def _shown(row: Refusal) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("at", "message_id", "field", "reason", "message")}
