"""`/v1/messages`: what was to be sent, what became of it, and resolving what is in doubt."""

from typing import Any, ClassVar, Final
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.delivery.doubts import Resolution, resolve
from campaigns.delivery.lookups import find_message, messages
from campaigns.delivery.models import Delivery
from compliance.access.authentication import key_of
from compliance.consent import directory
from config.kit import clock
from config.kit.actors import current_actor
from config.kit.api import CursorPage, missing
from config.kit.errors import refuse

NEWEST: Final = CursorPage("-created_at", "id")
STATES: Final = [str(state) for state in Delivery.State.values]
FILTERS: Final = [
    OpenApiParameter("state", str, enum=STATES),
    OpenApiParameter("reason", str, description="no_consent, suppressed, missing_variable, …"),
    OpenApiParameter("channel", str),
    OpenApiParameter("user_id", str, description="Only this person's messages."),
    OpenApiParameter("run_id", UUID, description="Only this run's messages."),
]
SHOWN: Final[dict[str, serializers.Field[Any, Any, Any, Any]]] = {
    "id": serializers.UUIDField(help_text="the send key; the Message-ID begins with it"),
    "person_id": serializers.UUIDField(),
    "flow_id": serializers.IntegerField(allow_null=True),
    "run_id": serializers.UUIDField(allow_null=True),
    "node": serializers.CharField(),
    "channel": serializers.CharField(),
    "purpose": serializers.CharField(),
    "template_version_id": serializers.IntegerField(),
    "state": serializers.ChoiceField(choices=STATES),
    "reason": serializers.CharField(help_text="why it was blocked, held or failed; empty when sent"),
    "created_at": serializers.DateTimeField(),
    "due_at": serializers.DateTimeField(allow_null=True, help_text="when it is looked at again"),
    "settled_at": serializers.DateTimeField(allow_null=True),
}
VERDICT: Final[dict[str, serializers.Field[Any, Any, Any, Any]]] = {
    "check": serializers.CharField(),
    "passed": serializers.BooleanField(),
    "rule": serializers.CharField(),
    "value": serializers.JSONField(help_text="what was found"),
    "limit": serializers.JSONField(help_text="what it was held against"),
    "reason": serializers.CharField(),
    "hold": serializers.BooleanField(help_text="judged again by itself"),
}
MessageShown = inline_serializer("Message", {**SHOWN})
MessageDetail = inline_serializer(
    "MessageDetail",
    {
        **SHOWN,
        "address": serializers.CharField(),
        "attempt": serializers.IntegerField(),
        "gate": inline_serializer("GateCheck", {**VERDICT}, many=True),
        "receipt": serializers.DictField(help_text="what the provider answered"),
    },
)
MessageList = inline_serializer(
    "MessageList", {"data": type(MessageShown)(many=True), "next": serializers.CharField(allow_null=True)}
)
ResolveForm = inline_serializer(
    "MessageResolution",
    {"outcome": serializers.ChoiceField(choices=list(Resolution), help_text="resend keeps the Message-ID")},
)


class Messages(APIView):
    """The messages of the workspace."""

    scope: ClassVar = {"GET": "messages:read"}
    paged = True

    @extend_schema(operation_id="messages_list", tags=["messages"], parameters=FILTERS, responses=MessageList)
    def get(self, request: Request) -> Response:
        """Return the messages, those asked for last first."""
        return Response(NEWEST.page(_asked(request), request.query_params).as_json(_shown))


class OneMessage(APIView):
    """One message."""

    scope: ClassVar = {"GET": "messages:read"}

    @extend_schema(operation_id="message_get", tags=["messages"], responses=MessageDetail)
    def get(self, request: Request, message_id: UUID) -> Response:
        """Return the message with every verdict of the gate and the provider's answer."""
        found = find_message(key_of(request).workspace_id, message_id)
        return Response(_detail(found) if found else missing("This message"))


class Resolve(APIView):
    """Settling a message that is in doubt."""

    scope: ClassVar = {"POST": "messages:write"}

    @extend_schema(
        operation_id="message_resolve",
        tags=["messages"],
        request=ResolveForm,
        responses=MessageDetail,
        examples=[OpenApiExample("it arrived", value={"outcome": "sent"}, request_only=True)],
    )
    def post(self, request: Request, message_id: UUID) -> Response:
        """Say what became of a message of which the provider's answer was lost."""
        outcome = request.data.get("outcome") if isinstance(request.data, dict) else None
        if outcome not in list(Resolution):
            raise refuse("/outcome", f"{outcome!r:.60} is not an outcome", f"One of {', '.join(Resolution)}.")
        actor, now = current_actor(), clock.now()
        try:
            found = resolve(key_of(request).workspace_id, message_id, Resolution(outcome), actor=actor, now=now)
        except Delivery.DoesNotExist:
            missing("This message")
        return Response(_detail(found))


def _asked(request: Request) -> QuerySet[Delivery]:
    asked = {name: request.query_params.get(name, "").replace("\x00", "") for name in ("state", "reason", "channel")}
    if asked["state"] and asked["state"] not in STATES:
        raise refuse("?state", f"{asked['state']!r:.60} is not a state", f"One of {', '.join(STATES)}.")
    workspace_id = key_of(request).workspace_id
    found = messages(workspace_id, **asked)
    if user_id := request.query_params.get("user_id"):
        found = found.filter(person_id__in=directory.people(workspace_id, [user_id]).values())
    if run_id := request.query_params.get("run_id"):
        found = found.filter(run_id=_uuid(run_id))
    return found


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise refuse("?run_id", "is not the id of a run", "Take it unchanged from /v1/runs.") from None


def _shown(message: Delivery) -> dict[str, Any]:
    return {name: getattr(message, name) for name in SHOWN}


def _detail(message: Delivery) -> dict[str, Any]:
    return _shown(message) | {name: getattr(message, name) for name in ("address", "attempt", "gate", "receipt")}
