"""`/v1/actions`: what rules had done, and having what was given up tried once more."""

from typing import Any, ClassVar, Final

from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.actions.outbox import Action
from campaigns.actions.parked import actions_of_rules, replay_action
from campaigns.rules.lookups import rule_keys
from compliance.access.authentication import key_of
from config.kit import clock
from config.kit.actors import current_actor
from config.kit.api import CursorPage, missing
from config.kit.errors import refuse

STATES: Final = [state.value for state in Action.State]
ActionShown: Final = inline_serializer(
    "RuleAction",
    {
        "id": serializers.IntegerField(),
        "kind": serializers.CharField(help_text="start_flow, emit, set_trait, add_label or webhook"),
        "rule": serializers.CharField(),
        "person_id": serializers.UUIDField(),
        "event_id": serializers.UUIDField(allow_null=True),
        "state": serializers.CharField(help_text="pending, done, refused or parked"),
        "reason": serializers.CharField(help_text="why it was refused or parked, or failed last"),
        "detail": serializers.CharField(),
        "attempts": serializers.IntegerField(help_text="how often it failed"),
        "given": serializers.JSONField(help_text="what it was given when the rule fired"),
        "created_at": serializers.DateTimeField(),
        "due_at": serializers.DateTimeField(allow_null=True),
        "done_at": serializers.DateTimeField(allow_null=True),
    },
)
ActionList: Final = inline_serializer(
    "RuleActionList", {"data": serializers.ListField(child=ActionShown), "next": serializers.CharField(allow_null=True)}
)


class Actions(APIView):
    """What rules had done."""

    scope: ClassVar = {"GET": "rules:read"}

    @extend_schema(
        operation_id="actions_list",
        tags=["rules"],
        parameters=[
            OpenApiParameter("state", str, enum=STATES),
            OpenApiParameter("cursor", str),
            OpenApiParameter("limit", int),
        ],
        responses=ActionList,
    )
    def get(self, request: Request) -> Response:
        """Return the actions of rules, newest first."""
        rows, state = actions_of_rules(key_of(request).workspace_id), request.query_params.get("state")
        if state is not None and state not in STATES:
            raise refuse("/state", f"{state[:50]!r} is not a state", "one of " + ", ".join(STATES))
        page = CursorPage("-id").page(rows.filter(state=state) if state else rows, request.query_params)
        keys = rule_keys([row.rule_id for row in page.rows])
        return Response(page.as_json(lambda action: _shown(action, keys)))


class Replay(APIView):
    """Having a parked action tried once more."""

    scope: ClassVar = {"POST": "rules:write"}

    @extend_schema(operation_id="action_replay", tags=["rules"], request=None, responses={202: ActionShown})
    def post(self, request: Request, action_id: int) -> Response:
        """Queue the action again; what was done is never done twice."""
        try:
            found = replay_action(key_of(request).workspace_id, action_id, actor=current_actor(), now=clock.now())
        except LookupError:
            missing("This action")
        return Response(_shown(found, rule_keys([found.rule_id])), status=202)


def _shown(action: Action, keys: dict[int, str]) -> dict[str, Any]:
    return {
        "id": action.pk,
        "kind": action.kind,
        "rule": keys.get(action.rule_id or 0, ""),
        "person_id": action.person_id,
        "event_id": action.event_id,
        "state": action.state,
        "reason": action.reason,
        "detail": action.detail,
        "attempts": action.attempts,
        "given": {name: value for name, value in action.payload.items() if name not in ("cause", "event")},
        "created_at": action.created_at,
        "due_at": action.due_at,
        "done_at": action.done_at,
    }
