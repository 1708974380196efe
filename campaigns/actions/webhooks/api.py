"""`/v1/webhooks`: the endpoints that rules may call."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.actions.webhooks.endpoints import change_secret, delete_endpoint, endpoints, save_endpoint, try_out
from campaigns.actions.webhooks.models import Endpoint
from compliance.access.authentication import key_of
from config.kit import clock
from config.kit.actors import current_actor
from config.kit.api import CursorPage, missing
from config.kit.errors import refuse

EXAMPLE: Final = {"key": "crm", "url": "https://crm.example.com/hooks/signalbox"}
EndpointForm: Final = inline_serializer(
    "WebhookForm",
    {
        "key": serializers.CharField(max_length=100, required=False, help_text="the address has it already in PUT"),
        "url": serializers.URLField(max_length=2000),
        "enabled": serializers.BooleanField(default=True),
    },
)
SHOWN: Final[dict[str, Any]] = {
    "key": serializers.CharField(),
    "url": serializers.CharField(),
    "enabled": serializers.BooleanField(),
    "failures": serializers.IntegerField(help_text="how often it failed since it answered last"),
    "quiet_until": serializers.DateTimeField(allow_null=True, help_text="until when it is left alone"),
    "last_called_at": serializers.DateTimeField(allow_null=True),
    "last_answer": serializers.CharField(help_text="a status, or a word for what went wrong"),
    "created_at": serializers.DateTimeField(),
    "updated_at": serializers.DateTimeField(),
}
EndpointShown: Final = inline_serializer("Webhook", dict(SHOWN))  # it adds to what it is given
EndpointMade: Final = inline_serializer(
    "WebhookWithSecret",
    {
        **SHOWN,
        "secret": serializers.CharField(required=False, help_text="of a new endpoint, shown this once: whsec_…"),
    },
)
EndpointList: Final = inline_serializer(
    "WebhookList", {"data": serializers.ListField(child=EndpointShown), "next": serializers.CharField(allow_null=True)}
)
Secret: Final = inline_serializer("WebhookSecret", {"secret": serializers.CharField()})
Tried: Final = inline_serializer("WebhookTried", {"answer": serializers.CharField()})


class Endpoints(APIView):
    """The endpoints of the workspace."""

    scope: ClassVar = {"GET": "rules:read"}

    @extend_schema(
        operation_id="webhooks_list",
        tags=["webhooks"],
        parameters=[OpenApiParameter("cursor", str), OpenApiParameter("limit", int)],
        responses=EndpointList,
    )
    def get(self, request: Request) -> Response:
        """Return the endpoints in the order of their keys."""
        rows = endpoints(key_of(request).workspace_id)
        return Response(CursorPage("key").page(rows, request.query_params).as_json(_shown))


class OneEndpoint(APIView):
    """One endpoint, by its key."""

    scope: ClassVar = {"GET": "rules:read", "PUT": "rules:write", "DELETE": "rules:write"}

    @extend_schema(operation_id="webhook_get", tags=["webhooks"], responses=EndpointShown)
    def get(self, request: Request, key: str) -> Response:
        """Return the endpoint, without its secret."""
        return Response(_shown(_found(request, key)))

    @extend_schema(
        operation_id="webhook_put",
        tags=["webhooks"],
        request=EndpointForm,
        responses={200: EndpointShown, 201: EndpointMade},
        examples=[OpenApiExample("an endpoint", value=EXAMPLE, request_only=True)],
    )
    def put(self, request: Request, key: str) -> Response:
        """Create or change the endpoint. A new one's secret is in the answer, and nowhere else afterwards."""
        given = request.data if isinstance(request.data, Mapping) else {}
        if given.get("key", key) != key:
            raise refuse("/key", f"the address says {key!r}", "leave the key out, or use the endpoint's own address")
        workspace_id, now = key_of(request).workspace_id, clock.now()
        endpoint, created = save_endpoint(workspace_id, {**given, "key": key}, actor=current_actor(), now=now)
        if created:
            return Response(_shown(endpoint) | {"secret": endpoint.secret}, status=201)
        return Response(_shown(endpoint))

    @extend_schema(operation_id="webhook_delete", tags=["webhooks"], responses={204: None})
    def delete(self, request: Request, key: str) -> Response:
        """Forget the endpoint; rules that name it go on, and their calls are refused."""
        delete_endpoint(_found(request, key), actor=current_actor(), now=clock.now())
        return Response(status=204)


class NewSecret(APIView):
    """Changing the secret."""

    scope: ClassVar = {"POST": "rules:write"}

    @extend_schema(operation_id="webhook_secret", tags=["webhooks"], request=None, responses=Secret)
    def post(self, request: Request, key: str) -> Response:
        """Return a new secret; for 24 hours calls carry a signature by the one before as well."""
        return Response({"secret": change_secret(_found(request, key), actor=current_actor(), now=clock.now())})


class TryOut(APIView):
    """Trying an endpoint out."""

    scope: ClassVar = {"POST": "rules:write"}

    @extend_schema(operation_id="webhook_test", tags=["webhooks"], request=None, responses=Tried)
    def post(self, request: Request, key: str) -> Response:
        """Call it with a message of the type signalbox.test, and say what came back: a status, or a word."""
        return Response({"answer": try_out(_found(request, key), actor=current_actor(), now=clock.now())})


def _found(request: Request, key: str) -> Endpoint:
    found: Endpoint | None = endpoints(key_of(request).workspace_id).filter(key=key).first()
    return found or missing("This endpoint")


def _shown(endpoint: Endpoint) -> dict[str, Any]:
    return {name: getattr(endpoint, name) for name in SHOWN}
