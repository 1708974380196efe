"""`/v1/rules/{key}/stop` and `/release`: the stop switch of a rule."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from drf_spectacular.utils import OpenApiExample, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.rules.lookups import find_rule
from campaigns.rules.models import Rule
from campaigns.rules.stopping import LONGEST_REASON, release_rule, stop_rule
from compliance.access.authentication import key_of
from config.kit import clock
from config.kit.actors import current_actor
from config.kit.api import missing
from config.kit.errors import refuse

Stop: Final = inline_serializer(
    "RuleStop", {"reason": serializers.CharField(required=False, max_length=LONGEST_REASON)}
)
Switched: Final = inline_serializer(
    "RuleStopped",
    {
        "key": serializers.CharField(),
        "stopped_at": serializers.DateTimeField(allow_null=True),
        "stopped_by": serializers.CharField(),
        "stopped_why": serializers.CharField(),
    },
)


class StopSwitch(APIView):
    """Stopping a rule."""

    scope: ClassVar = {"POST": "rules:write"}

    @extend_schema(
        operation_id="rule_stop",
        tags=["rules"],
        request=Stop,
        responses=Switched,
        examples=[OpenApiExample("with a reason", value={"reason": "fires too often"}, request_only=True)],
    )
    def post(self, request: Request, key: str) -> Response:
        """Stop the rule at once, without a trial; what it asked for and is not done yet is refused."""
        given = request.data if isinstance(request.data, Mapping) else {}
        reason = given.get("reason", "")
        if not isinstance(reason, str) or len(reason) > LONGEST_REASON:
            raise refuse("/reason", "is not a short text", f"at most {LONGEST_REASON} characters, or leave it out")
        stopped = stop_rule(_found(request, key), reason=reason, actor=current_actor(), now=clock.now())
        return Response(_shown(stopped))


class Release(APIView):
    """Releasing a stopped rule."""

    scope: ClassVar = {"POST": "rules:write"}

    @extend_schema(operation_id="rule_release", tags=["rules"], request=None, responses=Switched)
    def post(self, request: Request, key: str) -> Response:
        """Let the rule go on from now; what came meanwhile is not made up for."""
        return Response(_shown(release_rule(_found(request, key), actor=current_actor(), now=clock.now())))


def _found(request: Request, key: str) -> Rule:
    return find_rule(key_of(request).workspace_id, key) or missing("This rule")


def _shown(rule: Rule) -> dict[str, Any]:
    return {
        "key": rule.key,
        "stopped_at": rule.stopped_at,
        "stopped_by": rule.stopped_by,
        "stopped_why": rule.stopped_why,
    }
