"""`/v1/caps`, `/v1/quiet-hours`: how often and when people are written to; `/v1/people/{user_id}/caps`: their own."""

from typing import Any, ClassVar, Final
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audiences.people.directory import KnownPeople
from campaigns.delivery.frequency.definitions import caps, define_cap, define_quiet, quiet_hours, remove
from campaigns.delivery.frequency.models import FrequencyCap, QuietHours
from compliance.access.authentication import key_of
from config.kit import clock
from config.kit.actors import current_actor
from config.kit.api import missing
from config.kit.errors import refuse

CAP: Final = {"scope": {"channel": "email"}, "at_most": 1, "per": "1d", "window": "calendar", "purpose": ["marketing"]}
QUIET: Final = {"scope": {"channel": "sms"}, "from": "22:00", "to": "08:00", "on_quiet": "postpone"}
CapForm = inline_serializer(
    "CapForm",
    {
        "scope": serializers.DictField(help_text='{"all": true}, or one of channel, tag, flow with its key'),
        "at_most": serializers.IntegerField(help_text="accepted messages, 0 to 10,000"),
        "per": serializers.CharField(help_text='the window: "1d", "7d"'),
        "window": serializers.ChoiceField(choices=["rolling", "calendar"], default="rolling"),
        "purpose": serializers.ListField(child=serializers.CharField(), default=["marketing"]),
    },
)
QuietForm = inline_serializer(
    "QuietHoursForm",
    {
        "scope": serializers.DictField(),
        "from": serializers.CharField(help_text="local time of the recipient"),
        "to": serializers.CharField(help_text="not included; earlier than `from`: over midnight"),
        "on_quiet": serializers.ChoiceField(choices=["postpone", "drop"], default="postpone"),
        "purpose": serializers.ListField(child=serializers.CharField(), default=["marketing"]),
    },
)
Shown = inline_serializer(
    "FrequencyRule",
    {
        "key": serializers.CharField(),
        "definition": serializers.DictField(),
        "author": serializers.CharField(),
        "updated_at": serializers.DateTimeField(),
    },
)
Listed = inline_serializer("FrequencyRules", {"data": serializers.ListField(child=Shown)})


class Caps(APIView):
    """The caps of the workspace."""

    scope: ClassVar = {"GET": "messages:read"}

    @extend_schema(operation_id="caps", tags=["messages"], responses=Listed)
    def get(self, request: Request) -> Response:
        """Return the caps, by key."""
        return Response({"data": [_json(each) for each in caps(key_of(request).workspace_id)]})


class OneCap(APIView):
    """One cap."""

    scope: ClassVar = {"PUT": "messages:write", "DELETE": "messages:write"}

    @extend_schema(
        operation_id="cap_define",
        tags=["messages"],
        request=CapForm,
        responses=Shown,
        examples=[OpenApiExample("one e-mail a day", value=CAP, request_only=True)],
    )
    def put(self, request: Request, key: str) -> Response:
        """Define the cap, or change it: it holds for every send from then on."""
        made = define_cap(key_of(request).workspace_id, _keyed(request, key), actor=current_actor(), now=clock.now())
        return Response(_json(made))

    @extend_schema(operation_id="cap_remove", tags=["messages"], responses={204: None})
    def delete(self, request: Request, key: str) -> Response:
        """Take the cap out of force."""
        _remove(FrequencyCap, request, key, person_id=None)
        return Response(status=204)


class QuietHoursList(APIView):
    """The quiet hours of the workspace."""

    scope: ClassVar = {"GET": "messages:read"}

    @extend_schema(operation_id="quiet_hours", tags=["messages"], responses=Listed)
    def get(self, request: Request) -> Response:
        """Return the quiet hours, by key."""
        return Response({"data": [_json(each) for each in quiet_hours(key_of(request).workspace_id)]})


class OneQuietHours(APIView):
    """One definition of quiet hours."""

    scope: ClassVar = {"PUT": "messages:write", "DELETE": "messages:write"}

    @extend_schema(
        operation_id="quiet_hours_define",
        tags=["messages"],
        request=QuietForm,
        responses=Shown,
        examples=[OpenApiExample("no text messages at night", value=QUIET, request_only=True)],
    )
    def put(self, request: Request, key: str) -> Response:
        """Define the quiet hours, or change them."""
        made = define_quiet(key_of(request).workspace_id, _keyed(request, key), actor=current_actor(), now=clock.now())
        return Response(_json(made))

    @extend_schema(operation_id="quiet_hours_remove", tags=["messages"], responses={204: None})
    def delete(self, request: Request, key: str) -> Response:
        """Take them out of force; what they held is judged again when its time comes."""
        _remove(QuietHours, request, key)
        return Response(status=204)


class OwnCaps(APIView):
    """The caps that somebody has for themselves; each replaces those of the workspace with its scope."""

    scope: ClassVar = {"GET": "messages:read"}

    @extend_schema(operation_id="own_caps", tags=["messages"], responses=Listed)
    def get(self, request: Request, user_id: str) -> Response:
        """Return their own caps, by key."""
        person_id = _person(request, user_id)
        return Response({"data": [_json(each) for each in caps(key_of(request).workspace_id, person_id=person_id)]})


class OneOwnCap(APIView):
    """One cap of somebody's own."""

    scope: ClassVar = {"PUT": "messages:write", "DELETE": "messages:write"}

    @extend_schema(
        operation_id="own_cap_define",
        tags=["messages"],
        request=CapForm,
        responses=Shown,
        examples=[OpenApiExample("they want one a week", value={**CAP, "per": "7d"}, request_only=True)],
    )
    def put(self, request: Request, user_id: str, key: str) -> Response:
        """Define it, or change it."""
        made = define_cap(
            key_of(request).workspace_id,
            _keyed(request, key),
            person_id=_person(request, user_id),
            actor=current_actor(),
            now=clock.now(),
        )
        return Response(_json(made))

    @extend_schema(operation_id="own_cap_remove", tags=["messages"], responses={204: None})
    def delete(self, request: Request, user_id: str, key: str) -> Response:
        """Take it away: the workspace's caps hold again."""
        _remove(FrequencyCap, request, key, person_id=_person(request, user_id))
        return Response(status=204)


def _keyed(request: Request, key: str) -> dict[str, Any]:
    if not isinstance(request.data, dict):
        raise refuse("", "a JSON object is needed")
    return {**request.data, "key": key}


def _person(request: Request, user_id: str) -> UUID:
    found = KnownPeople().people(key_of(request).workspace_id, [user_id])
    return found.get(user_id) or missing("This person")


def _remove(kind: Any, request: Request, key: str, **more: Any) -> None:
    found = kind.objects.filter(workspace_id=key_of(request).workspace_id, key=key, **more).first()
    remove(found or missing("This definition"), actor=current_actor(), now=clock.now())


def _json(found: FrequencyCap | QuietHours) -> dict[str, Any]:
    return {name: getattr(found, name) for name in ("key", "definition", "author", "updated_at")}
