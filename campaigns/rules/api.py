"""`/v1/rules`: defining rules, switching them, what they fired, and why they did not."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final
from uuid import UUID

from django.db.models import F
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.rules.define import amend, define
from campaigns.rules.explain import HoldingBack, Judgement, why_not
from campaigns.rules.models import Firing, Rule, RuleVersion
from compliance.access.authentication import key_of
from config.kit import clock
from config.kit.actors import current_actor
from config.kit.api import CursorPage, missing
from config.kit.errors import InputRefused, Problem, refuse

EXAMPLE: Final = {
    "key": "big-basket",
    "on": ["order_paid"],
    "if": {"all": [{"property": "amount", "is": "gte", "value": 100}, {"segment": "loyal"}]},
    "then": [{"start_flow": "thank-you"}],
}
SWITCHES: Final = ("mode", "enabled", "priority", "rollout")
RuleForm = inline_serializer(
    "RuleForm",
    {
        "key": serializers.CharField(max_length=100),
        "name": serializers.CharField(max_length=300, required=False),
        "on": serializers.ListField(child=serializers.CharField(max_length=300), help_text="event names"),
        "if": serializers.JSONField(required=False, help_text="a condition; without one every such event matches"),
        "unless": serializers.JSONField(required=False, help_text="a condition that keeps the rule from firing"),
        "then": serializers.ListField(child=serializers.DictField(), help_text='[{"start_flow": "key"}]'),
        "exclusive": serializers.CharField(required=False, help_text="a group of which one rule fires on an event"),
        "cooldown": serializers.CharField(required=False, help_text="per person, such as 7d"),
        "max_firings": serializers.DictField(
            required=False, help_text='{"per_subject": 1, "in_all": 1000, "per": "30d"}'
        ),
        "schedule": serializers.DictField(required=False, help_text="from, until, weekdays, window, zone"),
        "expires": serializers.DateTimeField(required=False),
        "rollout": serializers.FloatField(required=False, help_text="percentage of people"),
        "priority": serializers.IntegerField(default=100, help_text="smaller numbers act first"),
        "enabled": serializers.BooleanField(default=True),
        "mode": serializers.ChoiceField(choices=["live", "shadow", "off"], default="live"),
    },
)
RuleShown = inline_serializer(
    "Rule",
    {
        "key": serializers.CharField(),
        "name": serializers.CharField(),
        "version": serializers.IntegerField(),
        "mode": serializers.CharField(),
        "enabled": serializers.BooleanField(),
        "priority": serializers.IntegerField(),
        "definition": serializers.JSONField(),
        "created_at": serializers.DateTimeField(),
        "updated_at": serializers.DateTimeField(),
    },
)
RuleList = inline_serializer(
    "RuleList", {"data": serializers.ListField(child=RuleShown), "next": serializers.CharField(allow_null=True)}
)
RuleSwitch = inline_serializer(
    "RuleSwitch",
    {
        "mode": serializers.ChoiceField(choices=["live", "shadow", "off"], required=False),
        "enabled": serializers.BooleanField(required=False),
        "priority": serializers.IntegerField(required=False),
        "rollout": serializers.FloatField(required=False, help_text="percentage of people"),
    },
)
FiringShown = inline_serializer(
    "Firing",
    {
        "id": serializers.IntegerField(),
        "person_id": serializers.UUIDField(),
        "event_id": serializers.UUIDField(),
        "event_time": serializers.DateTimeField(),
        "fired_at": serializers.DateTimeField(),
        "version": serializers.IntegerField(),
        "mode": serializers.CharField(),
        "facts": serializers.JSONField(),
        "verdict": serializers.JSONField(),
    },
)
FiringList = inline_serializer(
    "FiringList", {"data": serializers.ListField(child=FiringShown), "next": serializers.CharField(allow_null=True)}
)
WhyShown = inline_serializer(
    "Why",
    {
        "rule": serializers.CharField(),
        "version": serializers.IntegerField(),
        "event_id": serializers.UUIDField(),
        "event": serializers.CharField(),
        "event_time": serializers.DateTimeField(),
        "fired": serializers.BooleanField(),
        "verdict_kept": serializers.BooleanField(help_text="true: as judged then; false: judged now on stored facts"),
        "listens": serializers.BooleanField(help_text="whether the rule is on events of this name"),
        "held": serializers.BooleanField(),
        "failed": serializers.JSONField(allow_null=True, help_text="the first leaf that kept the rule from holding"),
        "held_back": serializers.JSONField(
            allow_null=True, help_text="reason, and by which rule, where it held and did not fire"
        ),
        "verdict": serializers.JSONField(),
    },
)
PAGING: Final = [OpenApiParameter("cursor", str), OpenApiParameter("limit", int)]


class Rules(APIView):
    """The rules of the workspace."""

    scope: ClassVar = {"GET": "rules:read", "POST": "rules:write"}

    @extend_schema(operation_id="rules_list", tags=["rules"], parameters=PAGING, responses=RuleList)
    def get(self, request: Request) -> Response:
        """Return the rules in the order of their keys."""
        rows = Rule.objects.filter(workspace_id=key_of(request).workspace_id).select_related("live")
        return Response(CursorPage("key").page(rows, request.query_params).as_json(_rule))

    @extend_schema(
        operation_id="rule_define",
        tags=["rules"],
        request=RuleForm,
        responses={201: RuleShown},
        examples=[OpenApiExample("a big basket of a loyal buyer", value=EXAMPLE, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Define a rule. The same definition again adds nothing; another one with its key is its next version."""
        rule = define(key_of(request).workspace_id, request.data, actor=current_actor(), now=clock.now())
        return Response(_rule(rule), status=201)


class OneRule(APIView):
    """One rule, by its key."""

    scope: ClassVar = {"GET": "rules:read", "PUT": "rules:write", "PATCH": "rules:write"}

    @extend_schema(operation_id="rule_get", tags=["rules"], responses=RuleShown)
    def get(self, request: Request, key: str) -> Response:
        """Return the rule and its live definition."""
        return Response(_rule(_found(request, key)))

    @extend_schema(
        operation_id="rule_put",
        tags=["rules"],
        request=RuleForm,
        responses=RuleShown,
        examples=[OpenApiExample("a big basket of a loyal buyer", value=EXAMPLE, request_only=True)],
    )
    def put(self, request: Request, key: str) -> Response:
        """Define the rule anew."""
        raw = request.data
        if isinstance(raw, Mapping) and raw.get("key", key) != key:
            raise refuse("/key", f"the address says {key!r}", "leave the key out, or use the rule's own address")
        raw = {"key": key, **raw} if isinstance(raw, Mapping) else raw
        rule = define(key_of(request).workspace_id, raw, actor=current_actor(), now=clock.now())
        return Response(_rule(rule))

    @extend_schema(
        operation_id="rule_switch",
        tags=["rules"],
        request=RuleSwitch,
        responses=RuleShown,
        examples=[OpenApiExample("watch it without doing anything", value={"mode": "shadow"}, request_only=True)],
    )
    def patch(self, request: Request, key: str) -> Response:
        """Switch `mode`, `enabled`, `priority` or `rollout`; the rest stays. This is a new version, too."""
        rule = _found(request, key)
        changes = request.data if isinstance(request.data, Mapping) else {}
        other = [name for name in changes if name not in SWITCHES]
        if other or not changes:
            hint = "send one or more of " + ", ".join(SWITCHES) + "; PUT changes the rest"
            problems = [Problem(path=f"/{name}", message="cannot be switched", hint=hint) for name in other]
            raise InputRefused(problems or [Problem(path="", message="nothing to switch", hint=hint)])
        return Response(_rule(amend(rule, actor=current_actor(), now=clock.now(), **changes)))


class Firings(APIView):
    """What a rule fired on."""

    scope: ClassVar = {"GET": "rules:read"}

    @extend_schema(operation_id="rule_firings", tags=["rules"], parameters=PAGING, responses=FiringList)
    def get(self, request: Request, key: str) -> Response:
        """Return the firings, newest first, each with the facts and the verdict that were kept."""
        rows = Firing.objects.filter(rule=_found(request, key)).select_related("version")
        return Response(CursorPage("-id").page(rows, request.query_params).as_json(_firing))


class Why(APIView):
    """Why a rule fired on an event, or did not."""

    scope: ClassVar = {"GET": "rules:read"}

    @extend_schema(
        operation_id="rule_why",
        tags=["rules"],
        parameters=[OpenApiParameter("version", int, description="default: the live one")],
        responses=WhyShown,
    )
    def get(self, request: Request, key: str, event_id: UUID) -> Response:
        """Judge a stored event by the rule, leaf by leaf."""
        versions = RuleVersion.objects.select_related("rule").filter(rule=_found(request, key))
        number = request.query_params.get("version")
        if number is not None and not (number.isascii() and number.isdigit() and len(number) < 10):
            raise refuse("/version", f"{number[:50]!r} is not the number of a version", "leave it out for the live one")
        version = versions.filter(number=number) if number else versions.filter(rule__live_id=F("id"))
        found = version.first() or missing("This version of the rule")
        return Response(_why(why_not(found, event_id, now=clock.now()) or missing("This event")))


def _found(request: Request, key: str) -> Rule:
    rows = Rule.objects.select_related("live").filter(workspace_id=key_of(request).workspace_id, key=key)
    return rows.first() or missing("This rule")


def _rule(rule: Rule) -> dict[str, Any]:
    live = rule.live
    return {
        "key": rule.key,
        "name": rule.name,
        "version": live.number if live else 0,
        "mode": rule.mode,
        "enabled": rule.enabled,
        "priority": rule.priority,
        "definition": live.definition if live else {},
        "created_at": rule.created_at,
        "updated_at": rule.updated_at,
    }


def _firing(firing: Firing) -> dict[str, Any]:
    return {
        "id": firing.pk,
        "person_id": firing.person_id,
        "event_id": firing.event_id,
        "event_time": firing.event_time,
        "fired_at": firing.fired_at,
        "version": firing.version.number,
        "mode": firing.mode,
        "facts": firing.facts,
        "verdict": firing.verdict,
    }


def _held_back(found: HoldingBack | None) -> dict[str, str] | None:
    return None if found is None else {"reason": found.reason, "by": found.by}


def _why(judgement: Judgement) -> dict[str, Any]:
    return {
        "rule": judgement.rule_key,
        "version": judgement.number,
        "event_id": judgement.event_id,
        "event": judgement.event_name,
        "event_time": judgement.event_time,
        "fired": judgement.fired,
        "verdict_kept": judgement.kept,
        "listens": judgement.listens,
        "held": judgement.verdict.held,
        "failed": judgement.failed.as_json() if judgement.failed else None,
        "held_back": _held_back(judgement.held_back),
        "verdict": judgement.verdict.as_json(),
    }
