"""`/v1/rules/{key}/alarms`: what an aggregate rule raised, and since when it is over."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.rules.lookups import find_rule
from campaigns.rules.streams.models import StreamAlarm
from compliance.access.authentication import key_of
from config.kit.api import CursorPage, missing
from config.kit.errors import refuse

STATES = ("open", "resolved")


class AlarmShown(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    group = serializers.DictField(help_text="the values that the rule groups by")
    state = serializers.ChoiceField(choices=STATES)
    began_at = serializers.DateTimeField(help_text="when the condition became true, late events considered")
    fired_at = serializers.DateTimeField(help_text="as of when the rule fired (event time)")
    event_id = serializers.UUIDField(allow_null=True, help_text="the event that made it true; null: time alone")
    measures = serializers.DictField(help_text="the measures then")
    mode = serializers.CharField()
    resolved_at = serializers.DateTimeField(allow_null=True)


class AlarmPage(serializers.Serializer[Any]):
    data = AlarmShown(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True)


class Alarms(APIView):
    """The alarms of an aggregate rule."""

    scope: ClassVar = {"GET": "rules:read"}
    pages: ClassVar = CursorPage("-id")

    @extend_schema(
        operation_id="rule_alarms",
        tags=["rules"],
        responses=AlarmPage,
        parameters=[
            OpenApiParameter("state", str, enum=STATES),
            OpenApiParameter("cursor", str, description="`next` of the page before."),
            OpenApiParameter("limit", int, description="1 to 200; default 50."),
        ],
    )
    def get(self, request: Request, key: str) -> Response:
        """Return the alarms, newest first. The firings keep what was known when the rule fired."""
        rule = find_rule(key_of(request).workspace_id, key) or missing("This rule")
        found, state = StreamAlarm.objects.filter(rule=rule), request.query_params.get("state", "")
        if state and state not in STATES:
            raise refuse("/state", f"{state[:50]!r} is no state of an alarm", "one of " + ", ".join(STATES))
        if state:
            found = found.filter(resolved_at__isnull=state == "open")
        return Response(self.pages.page(found, request.query_params).as_json(_shown))


def _shown(alarm: StreamAlarm) -> dict[str, Any]:
    return {
        "id": alarm.pk,
        "group": alarm.values,
        "state": "open" if alarm.resolved_at is None else "resolved",
        "began_at": alarm.began_at,
        "fired_at": alarm.at,
        "event_id": alarm.event_id,
        "measures": alarm.amounts,
        "mode": alarm.mode,
        "resolved_at": alarm.resolved_at,
    }
