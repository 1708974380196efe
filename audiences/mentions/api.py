"""`/v1/mentions`: what is said about brands comes in, and is read back."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audiences.intake.accept import ItemError
from audiences.intake.models import Event, EventKind
from audiences.intake.stored import events
from audiences.mentions.reading import DEFAULT_BRAND
from audiences.mentions.subject import brand_id
from audiences.mentions.taking import take_mentions
from audiences.reserved import MENTION
from compliance.access.authentication import key_of
from config.kit import clock
from config.kit.api import CursorPage
from config.kit.errors import InputRefused, Problem, refuse
from config.kit.ids import instant_of

MOST: Final = 1_000
EXAMPLE: Final = {
    "mentions": [
        {
            "source": "weibo",
            "id": "4987",
            "text": "再也不买了",
            "author": "u9",
            "at": "2026-01-05T08:00:00Z",
            "sentiment": -0.8,
        }
    ]
}


class MentionForm(serializers.Serializer[Any]):
    source = serializers.CharField(max_length=200, help_text="where it was said")  # type: ignore[assignment]
    text = serializers.CharField(allow_blank=True)
    author = serializers.CharField(max_length=256, required=False)
    at = serializers.DateTimeField(required=False, help_text="when, with an offset; left out: now")
    id = serializers.CharField(max_length=256, required=False, help_text="the source's id: sent again, it is the same")
    brand = serializers.CharField(max_length=200, default=DEFAULT_BRAND, help_text="the key of the brand")
    sentiment = serializers.FloatField(required=False, min_value=-1, max_value=1)
    reach = serializers.IntegerField(required=False, min_value=0, help_text="how many people may have seen it")
    url = serializers.CharField(max_length=2000, required=False)
    language = serializers.CharField(max_length=35, required=False)
    properties = serializers.DictField(required=False, help_text="whatever else is known")


class Mentioned(serializers.Serializer[Any]):
    mentions = MentionForm(many=True)


class Taken(serializers.Serializer[Any]):
    accepted = serializers.IntegerField()
    duplicates = serializers.IntegerField(help_text="were accepted before")
    errors = serializers.ListField(child=serializers.DictField(), help_text="index, field, reason, message")  # type: ignore[assignment]


class MentionShown(serializers.Serializer[Any]):
    event_id = serializers.UUIDField()
    brand = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    at = serializers.DateTimeField()
    received_at = serializers.DateTimeField()
    properties = serializers.DictField(help_text="everything that was told")


class MentionPage(serializers.Serializer[Any]):
    data = MentionShown(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True)


class Mentions(APIView):
    """What is said about brands."""

    scope: ClassVar = {"GET": "events:read", "POST": "events:write"}
    pages: ClassVar = CursorPage("-id")

    @extend_schema(
        operation_id="mentions",
        tags=["events"],
        responses=MentionPage,
        parameters=[
            OpenApiParameter("brand", str, description="Only about this brand."),
            OpenApiParameter("source", str, description="Only from this source."),
            OpenApiParameter("cursor", str, description="`next` of the page before."),
            OpenApiParameter("limit", int, description="1 to 200; default 50."),
        ],
    )
    def get(self, request: Request) -> Response:
        """Return mentions, those received last first."""
        workspace_id, asked = key_of(request).workspace_id, request.query_params
        found = events(workspace_id, name=MENTION).filter(kind=EventKind.MENTION)
        if brand := asked.get("brand", ""):
            found = found.filter(person_id=brand_id(workspace_id, brand))
        if source := asked.get("source", "").replace("\x00", ""):
            found = found.filter(properties__source=source)
        return Response(self.pages.page(found, asked).as_json(_shown))

    @extend_schema(
        operation_id="mentions_take",
        tags=["events in"],
        request=Mentioned,
        responses={202: Taken},
        examples=[OpenApiExample("one mention", value=EXAMPLE, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Accept up to 1 000 mentions; good ones are accepted whatever the others are like."""
        given = request.data.get("mentions") if isinstance(request.data, Mapping) else None
        if not isinstance(given, list) or not 0 < len(given) <= MOST:
            raise refuse("/mentions", "mentions is no list of mentions", f'send {{"mentions": [...]}} with 1 to {MOST}')
        receipt = take_mentions(key_of(request).workspace_id, given, received_at=clock.now())
        errors = [
            {"index": e.index, "field": e.field, "reason": e.reason, "message": e.message} for e in receipt.errors
        ]
        if errors and not receipt.accepted and not receipt.duplicates:
            raise InputRefused([_problem(error) for error in receipt.errors])
        told = {"accepted": receipt.accepted, "duplicates": receipt.duplicates, "errors": errors}
        return Response(told, status=HTTPStatus.ACCEPTED)


def _problem(error: ItemError) -> Problem:
    return Problem(path="/".join(["/mentions", str(error.index), *filter(None, [error.field])]), message=error.message)


def _shown(event: Event) -> dict[str, Any]:
    return {
        "event_id": event.pk,
        "brand": event.properties.get("brand", ""),
        "source": event.properties.get("source", ""),
        "at": event.event_time,
        "received_at": instant_of(event.pk),
        "properties": event.properties,
    }
