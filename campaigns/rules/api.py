"""`/v1/rules`: defining rules, switching them, what they fired, and why they did not."""

from collections.abc import Mapping
from typing import ClassVar, Final
from uuid import UUID

from django.db.models import F
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.rules import api_forms as forms
from campaigns.rules.define import Defined, amend, define_or_submit
from campaigns.rules.explain import why_not
from campaigns.rules.models import Firing, Rule, RuleVersion
from campaigns.rules.publishing.drafts import find_draft
from campaigns.rules.publishing.releasing import retire
from campaigns.rules.tracing import trace
from compliance.access.authentication import key_of
from config.kit import clock
from config.kit.actors import current_actor
from config.kit.api import CursorPage, missing
from config.kit.errors import InputRefused, Problem, refuse

VERSION: Final = OpenApiParameter("version", str, description="its number, or `draft`; default: the live one")
SWITCHES: Final = ("mode", "enabled", "priority", "rollout")


class Rules(APIView):
    """The rules of the workspace."""

    scope: ClassVar = {"GET": "rules:read", "POST": "rules:write"}

    @extend_schema(operation_id="rules_list", tags=["rules"], parameters=forms.PAGING, responses=forms.RuleList)
    def get(self, request: Request) -> Response:
        """Return the rules in the order of their keys."""
        rows = Rule.objects.filter(workspace_id=key_of(request).workspace_id).select_related("live")
        return Response(CursorPage("key").page(rows, request.query_params).as_json(forms.rule_json))

    @extend_schema(
        operation_id="rule_define",
        tags=["rules"],
        request=forms.RuleForm,
        responses={201: forms.RuleShown, 202: forms.RuleAwaiting},
        examples=[OpenApiExample("a big basket of a loyal buyer", value=forms.EXAMPLE, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Define a rule. The same definition again adds nothing; another one with its key is its next version.

        202 where the workspace asks for a review: the rule stays as it is, and `review` tells what waits.
        """
        defined = define_or_submit(key_of(request).workspace_id, request.data, actor=current_actor(), now=clock.now())
        return _answer(defined, status=201)


class OneRule(APIView):
    """One rule, by its key."""

    scope: ClassVar = {
        "GET": "rules:read",
        "PUT": "rules:write",
        "PATCH": "rules:write",
        "DELETE": "rules:write",
    }

    @extend_schema(operation_id="rule_get", tags=["rules"], responses=forms.RuleShown)
    def get(self, request: Request, key: str) -> Response:
        """Return the rule and its live definition."""
        return Response(forms.rule_json(_found(request, key)))

    @extend_schema(
        operation_id="rule_put",
        tags=["rules"],
        request=forms.RuleForm,
        responses={200: forms.RuleShown, 202: forms.RuleAwaiting},
        examples=[OpenApiExample("a big basket of a loyal buyer", value=forms.EXAMPLE, request_only=True)],
    )
    def put(self, request: Request, key: str) -> Response:
        """Define the rule anew. 202 where the workspace asks for a review."""
        raw = request.data
        if isinstance(raw, Mapping) and raw.get("key", key) != key:
            raise refuse("/key", f"the address says {key!r}", "leave the key out, or use the rule's own address")
        raw = {"key": key, **raw} if isinstance(raw, Mapping) else raw
        defined = define_or_submit(key_of(request).workspace_id, raw, actor=current_actor(), now=clock.now())
        return _answer(defined, status=200)

    @extend_schema(
        operation_id="rule_switch",
        tags=["rules"],
        request=forms.RuleSwitch,
        responses={200: forms.RuleShown, 202: forms.RuleAwaiting},
        examples=[OpenApiExample("watch it without doing anything", value={"mode": "shadow"}, request_only=True)],
    )
    def patch(self, request: Request, key: str) -> Response:
        """Switch `mode`, `enabled`, `priority` or `rollout`; the rest stays. This is a new version, too.

        202 where the workspace asks for a review, except for what only makes the rule do less: that is at once.
        """
        rule = _found(request, key)
        changes = request.data if isinstance(request.data, Mapping) else {}
        other = [name for name in changes if name not in SWITCHES]
        if other or not changes:
            hint = "send one or more of " + ", ".join(SWITCHES) + "; PUT changes the rest"
            problems = [Problem(path=f"/{name}", message="cannot be switched", hint=hint) for name in other]
            raise InputRefused(problems or [Problem(path="", message="nothing to switch", hint=hint)])
        return _answer(amend(rule, actor=current_actor(), now=clock.now(), **changes), status=200)

    @extend_schema(operation_id="rule_retire", tags=["rules"], responses={204: None})
    def delete(self, request: Request, key: str) -> Response:
        """Take the rule out of force, with the next batch. What it did stays, and its versions can be restored."""
        rule = _found(request, key)
        retire(rule.workspace_id, rule.key, actor=current_actor(), now=clock.now())
        return Response(status=204)


class Firings(APIView):
    """What a rule fired on."""

    scope: ClassVar = {"GET": "rules:read"}

    @extend_schema(operation_id="rule_firings", tags=["rules"], parameters=forms.PAGING, responses=forms.FiringList)
    def get(self, request: Request, key: str) -> Response:
        """Return the firings, newest first, each with the facts and the verdict that were kept."""
        rows = Firing.objects.filter(rule=_found(request, key)).select_related("version")
        return Response(CursorPage("-id").page(rows, request.query_params).as_json(forms.firing_json))


class Why(APIView):
    """Why a rule fired on an event, or did not."""

    scope: ClassVar = {"GET": "rules:read"}

    @extend_schema(
        operation_id="rule_why",
        tags=["rules"],
        parameters=[VERSION],
        responses=forms.WhyShown,
    )
    def get(self, request: Request, key: str, event_id: UUID) -> Response:
        """Judge a stored event by the rule, leaf by leaf."""
        version = _version(request, key)
        return Response(forms.why_json(why_not(version, event_id, now=clock.now()) or missing("This event")))


class TraceEvent(APIView):
    """How a rule judges one event, step by step."""

    scope: ClassVar = {"GET": "rules:read"}

    @extend_schema(operation_id="rule_trace", tags=["rules"], parameters=[VERSION], responses=forms.TraceShown)
    def get(self, request: Request, key: str, event_id: UUID) -> Response:
        """Judge a stored event anew, with facts as of its time: each leaf with its value and its time."""
        found = trace(_version(request, key), event_id, now=clock.now()) or missing("This event")
        return Response(forms.trace_json(found))


def _version(request: Request, key: str) -> RuleVersion:
    """Return the version that the request names: the live one, one by its number, or the draft as if it were one."""
    rule, named = _found(request, key), request.query_params.get("version")
    if named == "draft":
        draft = find_draft(rule.workspace_id, rule.key) or missing("A draft of this rule")
        return RuleVersion(pk=0, rule=rule, number=0, definition=draft.definition)
    if named is not None and not (named.isascii() and named.isdigit() and len(named) < 10):
        hint = "leave it out for the live one, or ask for `draft`"
        raise refuse("/version", f"{named[:50]!r} is not the number of a version", hint)
    versions = RuleVersion.objects.select_related("rule").filter(rule=rule)
    version = versions.filter(number=named) if named else versions.filter(rule__live_id=F("id"))
    return version.first() or missing("This version of the rule")


def _answer(defined: Defined, *, status: int) -> Response:
    rule, waiting = defined.rule, defined.review
    if waiting is None:
        return Response(forms.rule_json(rule), status=status)
    told = {"revision": waiting.revision, "sha256": waiting.sha256, "submitted_by": waiting.submitted_by}
    return Response({**forms.rule_json(rule), "review": told}, status=202)


def _found(request: Request, key: str) -> Rule:
    rows = Rule.objects.select_related("live").filter(workspace_id=key_of(request).workspace_id, key=key)
    return rows.first() or missing("This rule")
