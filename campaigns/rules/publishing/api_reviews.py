"""`/v1/rule-reviews`, the verbs of a review, and the policy that asks for it."""

from typing import ClassVar, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from campaigns.rules.api_forms import rule_json
from campaigns.rules.publishing import api_forms as forms
from campaigns.rules.publishing.models import RuleReview
from campaigns.rules.publishing.policy import Policy, policy_of, set_policy
from campaigns.rules.publishing.reviewing import approve, reject, reviews, submit, withdraw
from compliance.access.authentication import key_of
from compliance.access.repeats import PARAMETER, repeatable
from config.kit.api import CursorPage

STATE: Final = OpenApiParameter("state", str, enum=RuleReview.State.values, description="only reviews in this state")


class Reviews(APIView):
    """What was handed in for review."""

    scope: ClassVar = {"GET": "rules:read"}

    @extend_schema(
        operation_id="rule_reviews", tags=["rules"], parameters=[*forms.PAGING, STATE], responses=forms.ReviewList
    )
    def get(self, request: Request) -> Response:
        """Return reviews, newest first."""
        found = reviews(key_of(request).workspace_id, state=request.query_params.get("state", "")[:10])
        return Response(CursorPage("-id").page(found, request.query_params).as_json(forms.review_json))


class Submit(APIView):
    """Handing the draft in."""

    scope: ClassVar = {"POST": "rules:write"}

    @extend_schema(
        operation_id="rule_submit",
        tags=["rules"],
        parameters=[PARAMETER],
        request=forms.RevisionForm,
        responses={201: forms.ReviewShown},
        examples=[OpenApiExample("the draft that you saw", value={"revision": 3}, request_only=True)],
    )
    @repeatable
    def post(self, request: Request, key: str) -> Response:
        """Hand the draft in; it must pass the gate. 409 if nobody else could approve it, or if it was edited."""
        given = forms.fields(request, revision=int, note=str)
        forms.need(given, "revision")
        made = submit(key_of(request).workspace_id, key, **given, **forms.by_whom())
        return Response(forms.review_json(made), status=201)


ApproveForm = inline_serializer(
    "RuleApproval",
    {
        "sha256": serializers.CharField(help_text="the hash of what you saw: another by now is a 409"),
        "reason": serializers.CharField(max_length=500, required=False),
    },
)


class Approve(APIView):
    """Approving what was handed in."""

    scope: ClassVar = {"POST": "rules:publish"}

    @extend_schema(
        operation_id="rule_approve",
        tags=["rules"],
        parameters=[PARAMETER],
        request=ApproveForm,
        responses=forms.PublishedShown,
        examples=[OpenApiExample("what I saw", value={"sha256": "9f86d081…"}, request_only=True)],
    )
    @repeatable
    def post(self, request: Request, key: str) -> Response:
        """Approve it and make it live. 403 for who made it; 409 with what differs if it is no longer what you saw."""
        given = forms.fields(request, sha256=str, reason=str)
        forms.need(given, "sha256")
        made = approve(key_of(request).workspace_id, key, **given, **forms.by_whom())
        return Response({"rule": rule_json(made.rule), "steps": forms.steps_json(made.steps)})


ReasonForm = inline_serializer("RuleRejection", {"reason": serializers.CharField(max_length=500)})


class Reject(APIView):
    """Refusing what was handed in."""

    scope: ClassVar = {"POST": "rules:publish"}

    @extend_schema(
        operation_id="rule_reject",
        tags=["rules"],
        parameters=[PARAMETER],
        request=ReasonForm,
        responses=forms.ReviewShown,
        examples=[OpenApiExample("with a reason", value={"reason": "100 is too low"}, request_only=True)],
    )
    @repeatable
    def post(self, request: Request, key: str) -> Response:
        """Reject it with a reason; the draft stays."""
        given = forms.fields(request, reason=str)
        forms.need(given, "reason")
        return Response(forms.review_json(reject(key_of(request).workspace_id, key, **given, **forms.by_whom())))


class Withdraw(APIView):
    """Taking it back."""

    scope: ClassVar = {"POST": "rules:write"}

    @extend_schema(operation_id="rule_withdraw", tags=["rules"], request=None, responses=forms.ReviewShown)
    def post(self, request: Request, key: str) -> Response:
        """Take back what was handed in, by who made it."""
        made = withdraw(key_of(request).workspace_id, key, **forms.by_whom())
        return Response(forms.review_json(made))


PolicyShown = inline_serializer(
    "RulePolicy",
    {
        "review": serializers.BooleanField(help_text="whether rules need another pair of eyes before they go live"),
        "keys_approve": serializers.BooleanField(help_text="whether a key with rules:publish may be that pair"),
    },
)


class PolicyView(APIView):
    """What the workspace asks for before a rule goes live."""

    scope: ClassVar = {"GET": "policies:read", "PUT": "policies:write"}

    @extend_schema(operation_id="rule_policy", tags=["rules"], responses=PolicyShown)
    def get(self, request: Request) -> Response:
        """Return the policy."""
        return Response(_policy(policy_of(key_of(request).workspace_id)))

    @extend_schema(
        operation_id="rule_policy_set",
        tags=["rules"],
        request=PolicyShown,
        responses=PolicyShown,
        examples=[OpenApiExample("four eyes", value={"review": True}, request_only=True)],
    )
    def put(self, request: Request) -> Response:
        """Change what is named. 409 if nobody but you could ever approve."""
        return Response(_policy(set_policy(key_of(request).workspace_id, request.data, **forms.by_whom())))


def _policy(policy: Policy) -> dict[str, bool]:
    return {"review": policy.review, "keys_approve": policy.keys_approve}
