"""`/v1/rules/{key}/versions`: what a rule was, what changed, and an older version as the next draft."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.rules.models import Rule, RuleVersion
from campaigns.rules.publishing import api_forms as forms
from campaigns.rules.publishing.differences import changes_between
from campaigns.rules.publishing.drafts import find_draft, restore
from campaigns.rules.publishing.uses import uses_of
from config.kit.api import CursorPage, missing
from config.kit.errors import refuse


class Versions(APIView):
    """All versions of a rule."""

    scope: ClassVar = {"GET": "rules:read"}

    @extend_schema(operation_id="rule_versions", tags=["rules"], parameters=forms.PAGING, responses=forms.VersionList)
    def get(self, request: Request, key: str) -> Response:
        """Return the versions, newest first: by whom, why, and who approved."""
        rule = forms.rule_of(request, key)
        page = CursorPage("-number").page(RuleVersion.objects.filter(rule=rule), request.query_params)
        return Response(page.as_json(lambda version: forms.version_json(version, live_id=rule.live_id)))


class OneVersion(APIView):
    """One version of a rule; it never changes."""

    scope: ClassVar = {"GET": "rules:read"}

    @extend_schema(operation_id="rule_version", tags=["rules"], responses=forms.VersionShown)
    def get(self, request: Request, key: str, number: int) -> Response:
        """Return the version."""
        rule = forms.rule_of(request, key)
        return Response(forms.version_json(_version(rule, number), live_id=rule.live_id))


class Differences(APIView):
    """What changed between two versions, or between one and the draft."""

    scope: ClassVar = {"GET": "rules:read"}

    @extend_schema(
        operation_id="rule_diff",
        tags=["rules"],
        parameters=[
            OpenApiParameter("from", str, description="a version's number, `live` or `draft`; default: live"),
            OpenApiParameter("to", str, description="the same; default: draft"),
        ],
        responses=forms.DifferenceShown,
    )
    def get(self, request: Request, key: str) -> Response:
        """Return key by key what differs: as data (path, before, after) and in words."""
        rule = forms.rule_of(request, key)
        old, new = request.query_params.get("from", "live"), request.query_params.get("to", "draft")
        changes = changes_between(_definition(rule, old, "from"), _definition(rule, new, "to"))
        return Response({"from": old, "to": new, "changes": [change.as_json() for change in changes]})


RestoreForm = inline_serializer(
    "RuleRestore",
    {"revision": serializers.IntegerField(required=False, help_text="of the draft that it overwrites; 0: none")},
)


class Restore(APIView):
    """An older version as the next draft."""

    scope: ClassVar = {"POST": "rules:write"}

    @extend_schema(
        operation_id="rule_restore",
        tags=["rules"],
        request=RestoreForm,
        responses=forms.DraftShown,
        examples=[OpenApiExample("there is no draft", value={}, request_only=True)],
    )
    def post(self, request: Request, key: str, number: int) -> Response:
        """Make the version the draft; it goes live by the same way as any other. 409 if there is another draft."""
        rule = forms.rule_of(request, key)
        _version(rule, number)
        revision = forms.fields(request, revision=int).get("revision", 0)
        draft = restore(rule, number, revision=revision, **forms.by_whom())
        live = rule.live.definition if rule.live else {}
        return Response(forms.draft_json(draft, changes_between(live, draft.definition), None))


UsesShown = inline_serializer(
    "RuleUses",
    {
        "uses": serializers.ListField(child=serializers.DictField(), help_text="what it refers to: kind, key, path"),
        "used_by": serializers.ListField(child=serializers.DictField(), help_text="who refers to it: kind, key, name"),
    },
)


class Uses(APIView):
    """What a rule stands on, and what stands on it."""

    scope: ClassVar = {"GET": "rules:read"}

    @extend_schema(operation_id="rule_uses", tags=["rules"], responses=UsesShown)
    def get(self, request: Request, key: str) -> Response:
        """Return the flows, segments and events that the rule reads or starts, and what depends on it."""
        found = uses_of(forms.rule_of(request, key))
        return Response({"uses": list(found.uses), "used_by": list(found.used_by)})


def _version(rule: Rule, number: int) -> RuleVersion:
    return RuleVersion.objects.filter(rule=rule, number=number).first() or missing("This version of the rule")


def _definition(rule: Rule, named: str, field: str) -> Any:
    if named == "live":
        return rule.live.definition if rule.live else {}
    if named == "draft":
        draft = find_draft(rule.workspace_id, rule.key) or missing("A draft of this rule")
        return draft.definition
    if not (named.isascii() and named.isdigit() and len(named) < 10):
        raise refuse(f"/{field}", f"{named[:50]!r} names no version", "a number, `live` or `draft`")
    return _version(rule, int(named)).definition
